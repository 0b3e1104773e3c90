import { elementCount, type Tensor } from "@samoyed/core";
import { numbers, readInt, readWindow } from "@samoyed/ir";
import { newNumbers, tensorOf } from "./elements.ts";
import { inputTensor, type InterpretCall, type InterpreterTable, outputType } from "./interpreter.ts";
import { windowTaps } from "./window-taps.ts";

/**
 * Conv: Y[n, m, p] = B[m] + Σ over the group's channels c and taps k of X[n, c, p · stride + k · dilation − pad] ·
 * W[m, c, k] (onnx/docs/Operators.md, Conv).
 */
function interpretConv(call: InterpretCall): readonly Tensor[] {
  const [x, w] = [inputTensor(call, 0), inputTensor(call, 1)];
  const type = outputType(call);
  const [batch, channels, ...input] = x.shape as [number, number, ...number[]];
  const [outputs, perGroup, ...kernel] = w.shape as [number, number, ...number[]];
  const taps = windowTaps(readWindow(call.node, kernel), input, type.shape.slice(2));
  const perOutputGroup = outputs / readInt(call.node, "group", 1);
  const plane = elementCount(input);
  const kernelSize = elementCount(kernel);
  const bias = call.inputs[2] === undefined ? undefined : numbers(call.inputs[2]);
  const [source, weight, result] = [numbers(x), numbers(w), newNumbers(type)];

  let index = 0;
  for (let n = 0; n < batch; n++) {
    for (let m = 0; m < outputs; m++) {
      const firstChannel = Math.floor(m / perOutputGroup) * perGroup;
      for (const places of taps) {
        let sum = bias === undefined ? 0 : bias[m]!;
        for (let c = 0; c < perGroup; c++) {
          const base = (n * channels + firstChannel + c) * plane;
          const weightBase = (m * perGroup + c) * kernelSize;
          for (let tap = 0; tap < kernelSize; tap++) {
            const place = places[tap]!;
            if (place >= 0) sum += source[base + place]! * weight[weightBase + tap]!;
          }
        }
        result[index++] = sum;
      }
    }
  }
  return [tensorOf(type, result)];
}

/** Convolutions. */
export const CONVOLUTION: InterpreterTable = {
  Conv: interpretConv,
};
