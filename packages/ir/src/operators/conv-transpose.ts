import { readInt, readInts } from "../attributes.ts";
import { isKnown, sizesDiffer } from "../compare-dims.ts";
import { MAX_WINDOW } from "../limits.ts";
import { nodeFormatError, nodeShapeError } from "../node-errors.ts";
import type { Dim, ValueType } from "../types.ts";
import { kernelExtent, readWindow, WINDOW_ATTRIBUTES, type WindowAttributes } from "../window.ts";
import {
  describeInput,
  type InferCall,
  inputError,
  inputType,
  opaqueDim,
  requireFloat,
  requireSameDType,
  type RuleTable,
} from "./rule.ts";

/** One axis of a transposed convolution: its output's size and the padding that is removed at its beginning. */
export interface TransposedAxis {
  readonly size: number;
  readonly begin: number;
}

function outputPadding(call: Pick<InferCall, "node">, count: number): readonly number[] {
  const padding = readInts(call.node, "output_padding") ?? new Array<number>(count).fill(0);
  if (padding.length !== count || padding.some((value) => !(value >= 0 && value <= MAX_WINDOW))) {
    throw nodeFormatError(
      call.node,
      `attribute "output_padding" is [${padding.join(", ")}]; expected ${count} values of 0 or more`,
    );
  }
  return padding;
}

/**
 * Computes size and padding of one axis (onnx/docs/Operators.md, ConvTranspose): without padding the output would have
 * stride · (size − 1) + output_padding + extent elements; `output_shape` or SAME request fewer, and the rest is removed
 * in halves, the larger one at the beginning unless SAME_UPPER.
 */
export function convTransposeAxis(
  call: Pick<InferCall, "node">,
  window: WindowAttributes,
  axis: number,
  size: number,
): TransposedAxis {
  const count = window.kernel.length;
  const stride = window.strides[axis]!;
  const full = stride * (size - 1) + outputPadding(call, count)[axis]! + kernelExtent(window, axis);
  const asked = readInts(call.node, "output_shape");
  if (asked === undefined && window.pads !== undefined) {
    const begin = window.pads.begin[axis]!;
    return { size: full - begin - window.pads.end[axis]!, begin };
  }
  // `output_shape` may have only the spatial sizes, or batch and channels too.
  const wanted = asked === undefined ? size * stride : (asked[asked.length - count + axis] ?? Number.NaN);
  const total = full - wanted;
  const half = Math.floor(total / 2);
  return { size: wanted, begin: Math.max(0, window.autoPad === "SAME_UPPER" ? half : total - half) };
}

function inferConvTranspose(call: InferCall): readonly ValueType[] {
  requireFloat(call, 0);
  requireSameDType(call);
  const x = inputType(call, 0);
  const w = inputType(call, 1);
  if (x.shape.length < 3 || w.shape.length !== x.shape.length || !isKnown(w.shape)) {
    throw nodeShapeError(
      call.node,
      `${describeInput(call, 0)} and ${describeInput(call, 1)}; expected [N, C, …] and [C, M / group, …]`,
    );
  }
  const [channels, perGroup, ...kernel] = w.shape as [number, number, ...number[]];
  const group = readInt(call.node, "group", 1);
  if (!Number.isInteger(group) || group < 1 || channels % group !== 0) {
    throw nodeShapeError(call.node, `attribute "group" is ${group}, which does not divide ${channels} input channels`);
  }
  if (sizesDiffer(x.shape[1], channels)) {
    throw inputError(call, 0, `${channels} channels, as ${describeInput(call, 1)} has`);
  }
  const bias = call.inputs[2];
  if (bias !== undefined && (bias.shape.length !== 1 || bias.shape[0] !== perGroup * group)) {
    throw inputError(call, 2, `[${perGroup * group}]`);
  }
  const window = readWindow(call.node, kernel);
  const spatial = x.shape.slice(2).map((dim, axis): Dim => {
    if (typeof dim === "string") {
      // Only with a stride of 1 does a symbolic size keep a form that has a name.
      const { size } = convTransposeAxis(call, window, axis, 1);
      const plain = window.strides[axis] === 1 && readInts(call.node, "output_shape") === undefined;
      return plain ? call.sizes.floorDivide(dim, { add: size - 1, divide: 1, plus: 0 }) : opaqueDim(call, axis + 2);
    }
    const { size } = convTransposeAxis(call, window, axis, dim);
    if (!(size >= 0))
      throw nodeShapeError(call.node, `${describeInput(call, 0)} gives size ${size} on axis ${axis + 2}`);
    return size;
  });
  return [{ dtype: x.dtype, shape: [x.shape[0]!, perGroup * group, ...spatial] }];
}

/** Transposed convolutions (onnx/docs/Operators.md, ConvTranspose). */
export const CONV_TRANSPOSE: RuleTable = {
  ConvTranspose: {
    inputs: [2, 3],
    attributes: { ...WINDOW_ATTRIBUTES, group: "int", output_padding: "ints", output_shape: "ints" },
    infer: inferConvTranspose,
  },
};
