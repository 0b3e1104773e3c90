import { type DType, elementCount, UnsupportedError } from "@samoyed/core";
import { readAttribute, readInt } from "../attributes.ts";
import { normalizeAxis } from "../axis.ts";
import { compatibleShapes, isKnown } from "../compare-dims.ts";
import { describeNode, nodeShapeError } from "../node-errors.ts";
import { dtypeFromOnnx } from "../onnx-dtype.ts";
import type { ValueType } from "../types.ts";
import {
  describeInput,
  type InferCall,
  inputError,
  inputType,
  requireDType,
  requireFloat,
  type RuleTable,
} from "./rule.ts";

/** Range of integers of each quantized type. */
export const QUANTIZED_RANGES: ReadonlyMap<DType, readonly [number, number]> = new Map([
  ["uint8", [0, 255]],
  ["int8", [-128, 127]],
  ["uint16", [0, 65535]],
  ["int16", [-32768, 32767]],
]);

/** Requires scale and zero point to be one value, one per position of the axis, or one per block of it. */
function checkParameters(call: InferCall): void {
  const x = inputType(call, 0);
  const scale = inputType(call, 1);
  const zero = call.inputs[2];
  if (zero !== undefined && !compatibleShapes(zero.shape, scale.shape) && call.sizes.multiply(zero.shape) !== 1) {
    throw inputError(call, 2, `the shape of ${describeInput(call, 1)}`);
  }
  if (!isKnown(scale.shape)) throw inputError(call, 1, "known sizes");
  if (elementCount(scale.shape) === 1) return;
  const axis = normalizeAxis(call.node, readInt(call.node, "axis", 1), x.shape.length);
  const block = readInt(call.node, "block_size", 0);
  const size = x.shape[axis];
  const fits =
    block > 0
      ? scale.shape.length === x.shape.length &&
        x.shape.every(
          (dim, at) => typeof dim === "string" || scale.shape[at] === (at === axis ? Math.ceil(dim / block) : dim),
        )
      : scale.shape.length === 1 && (typeof size === "string" || scale.shape[0] === size);
  if (!fits)
    throw nodeShapeError(call.node, `${describeInput(call, 1)} does not fit axis ${axis} of ${describeInput(call, 0)}`);
}

function inferQuantize(call: InferCall): readonly ValueType[] {
  requireFloat(call, 0);
  checkParameters(call);
  const asked = readInt(call.node, "output_dtype", 0);
  const dtype = call.inputs[2]?.dtype ?? (asked === 0 ? "uint8" : dtypeFromOnnx(asked));
  if (!QUANTIZED_RANGES.has(dtype))
    throw new UnsupportedError(`${describeNode(call.node)}: quantizing to ${dtype} is not handled`);
  return [{ dtype, shape: inputType(call, 0).shape }];
}

function inferDequantize(call: InferCall): readonly ValueType[] {
  requireDType(call, 0, ["uint8", "int8", "uint16", "int16", "int32", "float8_e4m3fn", "float8_e5m2"]);
  requireFloat(call, 1);
  checkParameters(call);
  const asked = readAttribute(call.node, "output_dtype", "int") ?? 0;
  const dtype = asked === 0 ? inputType(call, 1).dtype : dtypeFromOnnx(asked);
  return [{ dtype, shape: inputType(call, 0).shape }];
}

/** Linear quantization (onnx/docs/Operators.md, QuantizeLinear and DequantizeLinear). */
export const QUANTIZE: RuleTable = {
  QuantizeLinear: {
    since: 10,
    inputs: [2, 3],
    attributes: { axis: "int", block_size: "int", output_dtype: "int", precision: "int", saturate: "int" },
    infer: inferQuantize,
  },
  DequantizeLinear: {
    since: 10,
    inputs: [2, 3],
    attributes: { axis: "int", block_size: "int", output_dtype: "int" },
    infer: inferDequantize,
  },
};
