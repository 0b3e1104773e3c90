import { type DType, elementCount, type Shape, type Tensor, UnsupportedError } from "@samoyed/core";
import { readAttribute, readInt } from "../attributes.ts";
import { compatibleShapes, isKnown, multiplyDims } from "../dims.ts";
import { dtypeFromOnnx } from "../onnx-dtype.ts";
import { numbers, roundHalfEven, tensorOf } from "./elements.ts";
import {
  describe,
  describeInput,
  type InferCall,
  inputTensor,
  inputType,
  type InterpretCall,
  misfit,
  normalizeAxis,
  type Operator,
  outputType,
  requireDType,
  requireFloat,
  type ValueType,
} from "./operator.ts";
import { aroundAxis, tableOffsets } from "./positions.ts";

/** The integers of each quantized type. */
const RANGES: ReadonlyMap<DType, readonly [number, number]> = new Map([
  ["uint8", [0, 255]],
  ["int8", [-128, 127]],
  ["uint16", [0, 65535]],
  ["int16", [-32768, 32767]],
]);

/** Requires scale and zero point to be one value, one for each position of the axis, or one for each block of it. */
function checkParameters(call: InferCall): void {
  const x = inputType(call, 0);
  const scale = inputType(call, 1);
  const zero = call.inputs[2];
  if (zero !== undefined && !compatibleShapes(zero.shape, scale.shape) && multiplyDims(zero.shape) !== 1) {
    throw misfit(call, `${describeInput(call, 2)}; expected the shape of ${describeInput(call, 1)}`);
  }
  if (!isKnown(scale.shape)) throw misfit(call, `${describeInput(call, 1)}; expected known sizes`);
  if (elementCount(scale.shape) === 1) return;
  const axis = normalizeAxis(call, readInt(call.node, "axis", 1), x.shape.length);
  const block = readInt(call.node, "block_size", 0);
  const size = x.shape[axis];
  const fits =
    block > 0
      ? scale.shape.length === x.shape.length &&
        x.shape.every(
          (dim, at) => typeof dim === "string" || scale.shape[at] === (at === axis ? Math.ceil(dim / block) : dim),
        )
      : scale.shape.length === 1 && (typeof size === "string" || scale.shape[0] === size);
  if (!fits) throw misfit(call, `${describeInput(call, 1)} does not fit axis ${axis} of ${describeInput(call, 0)}`);
}

/** For every element, the offset of its scale and zero point. */
function parameterOffsets(call: InterpretCall, shape: Shape, parameters: Shape): Int32Array {
  const count = elementCount(shape);
  if (elementCount(parameters) === 1) return new Int32Array(count);
  const axis = normalizeAxis(call, readInt(call.node, "axis", 1), shape.length);
  const block = readInt(call.node, "block_size", 0);
  if (block > 0) {
    const tables = shape.map((size, at) =>
      Array.from({ length: size }, (_, index) => (at === axis ? Math.floor(index / block) : index)),
    );
    return tableOffsets(parameters, tables);
  }
  const { size, inner } = aroundAxis(shape, axis);
  return Int32Array.from({ length: count }, (_, index) => Math.floor(index / inner) % size);
}

function inferQuantize(call: InferCall): readonly ValueType[] {
  requireFloat(call, 0);
  checkParameters(call);
  const asked = readInt(call.node, "output_dtype", 0);
  const dtype = call.inputs[2]?.dtype ?? (asked === 0 ? "uint8" : dtypeFromOnnx(asked));
  if (!RANGES.has(dtype)) throw new UnsupportedError(`${describe(call.node)}: quantizing to ${dtype} is not handled`);
  return [{ dtype, shape: inputType(call, 0).shape }];
}

/** QuantizeLinear: y = saturate(round(x / scale) + zero_point), halves to even; the quotient is rounded to x's type. */
function interpretQuantize(call: InterpretCall): readonly Tensor[] {
  const [x, scale, zero] = [inputTensor(call, 0), inputTensor(call, 1), call.inputs[2]];
  const type = outputType(call);
  const [least, most] = RANGES.get(type.dtype)!;
  const [values, scales, zeros] = [numbers(x), numbers(scale), zero && numbers(zero)];
  const from = parameterOffsets(call, x.shape, scale.shape);
  const fromZero = parameterOffsets(call, x.shape, zero?.shape ?? []);
  const quotients =
    values.length === 0 ? new Float64Array() : Float64Array.from(values, (v, i) => v / scales[from[i]!]!);
  const rounded = x.dtype === "float64" ? quotients : numbers(tensorOf({ dtype: x.dtype, shape: x.shape }, quotients));
  const result = Float64Array.from(rounded, (value, index) => {
    const quantized = roundHalfEven(value) + (zeros === undefined ? 0 : zeros[fromZero[index]!]!);
    return Math.max(least, Math.min(most, quantized));
  });
  return [tensorOf(type, result)];
}

function inferDequantize(call: InferCall): readonly ValueType[] {
  requireDType(call, 0, ["uint8", "int8", "uint16", "int16", "int32", "float8_e4m3fn", "float8_e5m2"]);
  requireFloat(call, 1);
  checkParameters(call);
  const asked = readAttribute(call.node, "output_dtype", "int") ?? 0;
  const dtype = asked === 0 ? inputType(call, 1).dtype : dtypeFromOnnx(asked);
  return [{ dtype, shape: inputType(call, 0).shape }];
}

/** DequantizeLinear: y = (x − zero_point) · scale. */
function interpretDequantize(call: InterpretCall): readonly Tensor[] {
  const [x, scale, zero] = [inputTensor(call, 0), inputTensor(call, 1), call.inputs[2]];
  const [scales, zeros] = [numbers(scale), zero && numbers(zero)];
  const from = parameterOffsets(call, x.shape, scale.shape);
  const fromZero = parameterOffsets(call, x.shape, zero?.shape ?? []);
  const result = Float64Array.from(
    numbers(x),
    (value, index) => (value - (zeros === undefined ? 0 : zeros[fromZero[index]!]!)) * scales[from[index]!]!,
  );
  return [tensorOf(outputType(call), result)];
}

/** Linear quantization (onnx/docs/Operators.md, QuantizeLinear and DequantizeLinear). */
export const QUANTIZE: readonly Operator[] = [
  {
    op: "QuantizeLinear",
    since: 10,
    inputs: [2, 3],
    attributes: { axis: "int", block_size: "int", output_dtype: "int", precision: "int", saturate: "int" },
    infer: inferQuantize,
    interpret: interpretQuantize,
  },
  {
    op: "DequantizeLinear",
    since: 10,
    inputs: [2, 3],
    attributes: { axis: "int", block_size: "int", output_dtype: "int" },
    infer: inferDequantize,
    interpret: interpretDequantize,
  },
];
