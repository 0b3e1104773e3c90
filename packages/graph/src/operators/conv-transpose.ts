import { elementCount, type Shape, type Tensor } from "@samoyed/core";
import { readInt, readInts } from "../attributes.ts";
import { floorDivide, isKnown } from "../dims.ts";
import type { Dim } from "../ir.ts";
import { newNumbers, numbers, tensorOf } from "./elements.ts";
import {
  describeInput,
  type InferCall,
  inputTensor,
  inputType,
  type InterpretCall,
  malformed,
  misfit,
  opaqueDim,
  type Operator,
  outputType,
  requireFloat,
  requireSameDType,
  type ValueType,
} from "./operator.ts";
import { kernelExtent, MAX_WINDOW, readWindow, type Window } from "./window.ts";

/** One axis of a transposed convolution: its output's size and the padding that is cut off at its beginning. */
export interface Axis {
  readonly size: number;
  readonly begin: number;
}

function outputPadding(call: Pick<InferCall, "node">, count: number): readonly number[] {
  const padding = readInts(call.node, "output_padding") ?? new Array<number>(count).fill(0);
  if (padding.length !== count || padding.some((value) => !(value >= 0 && value <= MAX_WINDOW))) {
    throw malformed(
      call,
      `attribute "output_padding" is [${padding.join(", ")}]; expected ${count} values of 0 or more`,
    );
  }
  return padding;
}

/**
 * Size and padding of one axis (onnx/docs/Operators.md, ConvTranspose): without padding the output would have
 * stride · (size − 1) + output_padding + extent elements; `output_shape` or SAME ask for fewer, and the rest is cut off
 * in halves, the larger one at the beginning unless SAME_UPPER.
 */
export function resolveTransposedAxis(call: Pick<InferCall, "node">, window: Window, axis: number, size: number): Axis {
  const count = window.kernel.length;
  const stride = window.strides[axis]!;
  const full = stride * (size - 1) + outputPadding(call, count)[axis]! + kernelExtent(window, axis);
  const asked = readInts(call.node, "output_shape");
  const same = window.autoPad === "SAME_UPPER" || window.autoPad === "SAME_LOWER";
  if (asked === undefined && !same) {
    const [begin, end] = [window.pads?.begin[axis] ?? 0, window.pads?.end[axis] ?? 0];
    return { size: full - begin - end, begin };
  }
  // `output_shape` may hold the spatial sizes alone, or batch and channels too.
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
    throw misfit(
      call,
      `${describeInput(call, 0)} and ${describeInput(call, 1)}; expected [N, C, …] and [C, M / group, …]`,
    );
  }
  const [channels, perGroup, ...kernel] = w.shape as [number, number, ...number[]];
  const group = readInt(call.node, "group", 1);
  if (!Number.isInteger(group) || group < 1 || channels % group !== 0) {
    throw misfit(call, `attribute "group" is ${group}, which does not divide ${channels} input channels`);
  }
  if (typeof x.shape[1] === "number" && x.shape[1] !== channels) {
    throw misfit(call, `${describeInput(call, 0)}; expected ${channels} channels, as ${describeInput(call, 1)} has`);
  }
  const bias = call.inputs[2];
  if (bias !== undefined && (bias.shape.length !== 1 || bias.shape[0] !== perGroup * group)) {
    throw misfit(call, `${describeInput(call, 2)}; expected [${perGroup * group}]`);
  }
  const window = readWindow(call.node, kernel);
  const spatial = x.shape.slice(2).map((dim, axis): Dim => {
    if (typeof dim === "string") {
      // Only a stride of 1 keeps a symbolic size in a form that has a name.
      const { size } = resolveTransposedAxis(call, window, axis, 1);
      const plain = window.strides[axis] === 1 && readInts(call.node, "output_shape") === undefined;
      return plain ? floorDivide(dim, { add: size - 1, divide: 1, plus: 0 }) : opaqueDim(call, axis + 2);
    }
    const { size } = resolveTransposedAxis(call, window, axis, dim);
    if (!(size >= 0)) throw misfit(call, `${describeInput(call, 0)} gives size ${size} on axis ${axis + 2}`);
    return size;
  });
  return [{ dtype: x.dtype, shape: [x.shape[0]!, perGroup * group, ...spatial] }];
}

/** The coordinates of a row-major index. */
function unravel(index: number, shape: Shape): number[] {
  let rest = index;
  return shape
    .toReversed()
    .map((size) => {
      const position = rest % size;
      rest = Math.floor(rest / size);
      return position;
    })
    .toReversed();
}

/** Each input element, times the kernel, is added to the output where the convolution would have read it from. */
function interpretConvTranspose(call: InterpretCall): readonly Tensor[] {
  const [x, w] = [inputTensor(call, 0), inputTensor(call, 1)];
  const type = outputType(call);
  const [batch, channels, ...input] = x.shape as [number, number, ...number[]];
  const [, perGroup, ...kernel] = w.shape as [number, number, ...number[]];
  const output = type.shape.slice(2);
  const window = readWindow(call.node, kernel);
  const begins = input.map((size, axis) => resolveTransposedAxis(call, window, axis, size).begin);
  const outputs = type.shape[1]!;
  const channelsPerGroup = channels / (outputs / perGroup);
  const [plane, outputPlane, taps] = [elementCount(input), elementCount(output), elementCount(kernel)];
  const [source, weight, result] = [numbers(x), numbers(w), newNumbers(type)];
  const bias = call.inputs[2] && numbers(call.inputs[2]);
  if (bias !== undefined) {
    for (let index = 0; index < result.length; index++)
      result[index] = bias[Math.floor(index / outputPlane) % outputs]!;
  }
  for (let place = 0; place < plane; place++) {
    const from = unravel(place, input);
    for (let tap = 0; tap < taps; tap++) {
      const offset = unravel(tap, kernel).map(
        (position, axis) => from[axis]! * window.strides[axis]! + position * window.dilations[axis]! - begins[axis]!,
      );
      if (offset.some((position, axis) => position < 0 || position >= output[axis]!)) continue;
      const to = offset.reduce((index, position, axis) => index * output[axis]! + position, 0);
      for (let n = 0; n < batch; n++) {
        for (let c = 0; c < channels; c++) {
          const value = source[(n * channels + c) * plane + place]!;
          const first = Math.floor(c / channelsPerGroup) * perGroup;
          for (let m = 0; m < perGroup; m++) {
            const index = (n * outputs + first + m) * outputPlane + to;
            result[index] = result[index]! + value * weight[(c * perGroup + m) * taps + tap]!;
          }
        }
      }
    }
  }
  return [tensorOf(type, result)];
}

/** Transposed convolutions. */
export const CONV_TRANSPOSE: readonly Operator[] = [
  {
    op: "ConvTranspose",
    inputs: [2, 3],
    attributes: {
      auto_pad: "string",
      dilations: "ints",
      group: "int",
      kernel_shape: "ints",
      output_padding: "ints",
      output_shape: "ints",
      pads: "ints",
      strides: "ints",
    },
    infer: inferConvTranspose,
    interpret: interpretConvTranspose,
  },
];
