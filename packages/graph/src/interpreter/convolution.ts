import { elementCount, type Tensor } from "@samoyed/core";
import { readInt, readWindow } from "@samoyed/ir";
import { doubles, newNumbers, tensorOf } from "./elements.ts";
import { inputTensor, type InterpretCall, type InterpreterTable, outputType } from "./interpreter.ts";
import { addProduct } from "./product.ts";
import { windowTaps } from "./window-taps.ts";

/** Most elements under the windows that are laid out at once: 2 MiB of doubles, which caches hold. */
const MAX_LAID_OUT = 2 ** 18;

/**
 * Conv: Y[n, m, p] = B[m] + Σ over the group's channels c and taps k of X[n, c, p · stride + k · dilation − pad] ·
 * W[m, c, k] (onnx/docs/Operators.md, Conv). What is under each window is laid out in a row, times the kernels' rows.
 */
function interpretConv(call: InterpretCall): readonly Tensor[] {
  const [x, w] = [inputTensor(call, 0), inputTensor(call, 1)];
  const type = outputType(call);
  const [batch, channels, ...input] = x.shape as [number, number, ...number[]];
  const [outputs, perGroup, ...kernel] = w.shape as [number, number, ...number[]];
  const taps = windowTaps(readWindow(call.node, kernel), input, type.shape.slice(2));
  const groups = readInt(call.node, "group", 1);
  const perOutputGroup = outputs / groups;
  const plane = elementCount(input);
  const kernelSize = elementCount(kernel);
  const depth = perGroup * kernelSize;
  const [source, weight, result] = [doubles(x), doubles(w), newNumbers(type)];
  if (call.inputs[2] !== undefined) {
    const bias = doubles(call.inputs[2]);
    for (let row = 0; row < batch * outputs; row++) {
      result.fill(bias[row % outputs]!, row * taps.length, (row + 1) * taps.length);
    }
  }

  const most = Math.max(1, Math.floor(MAX_LAID_OUT / Math.max(1, depth)));
  const windows = new Float64Array(Math.min(most, taps.length) * depth);
  for (let n = 0; n < batch; n++) {
    for (let group = 0; group < groups; group++) {
      const a = weight.subarray(group * perOutputGroup * depth, (group + 1) * perOutputGroup * depth);
      for (let start = 0; start < taps.length; start += most) {
        const columns = Math.min(most, taps.length - start);
        layOut((n * channels + group * perGroup) * plane, start, columns);
        const first = (n * outputs + group * perOutputGroup) * taps.length + start;
        addProduct({ a, b: windows, rows: perOutputGroup, columns, depth }, { out: result, first, step: taps.length });
      }
    }
  }
  return [tensorOf(type, result)];

  /** Copies what is under `count` windows of the group whose first channel begins at `base`; padding is 0. */
  function layOut(base: number, start: number, count: number): void {
    let to = 0;
    for (let window = start; window < start + count; window++) {
      const places = taps[window]!;
      for (let channel = 0; channel < perGroup; channel++) {
        const from = base + channel * plane;
        for (let tap = 0; tap < kernelSize; tap++) {
          const place = places[tap]!;
          windows[to++] = place >= 0 ? source[from + place]! : 0;
        }
      }
    }
  }
}

/** Convolutions. */
export const CONVOLUTION: InterpreterTable = {
  Conv: interpretConv,
};
