import { elementCount, type Shape, type Tensor } from "@samoyed/core";
import { convTransposeAxis, numbers, readWindow } from "@samoyed/ir";
import { newNumbers, tensorOf } from "./elements.ts";
import { inputTensor, type InterpretCall, type InterpreterTable, outputType } from "./interpreter.ts";

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
  const begins = input.map((size, axis) => convTransposeAxis(call, window, axis, size).begin);
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
export const CONV_TRANSPOSE: InterpreterTable = {
  ConvTranspose: interpretConvTranspose,
};
