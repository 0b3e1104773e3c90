import { elementCount, type Shape, type Tensor } from "@samoyed/core";
import { numbers, poolKernel, readInt, readWindow } from "@samoyed/ir";
import { newNumbers, tensorOf } from "./elements.ts";
import { inputTensor, type InterpretCall, type InterpreterTable, outputType } from "./interpreter.ts";
import { BEYOND, windowTaps } from "./window-taps.ts";

/** One output of a pool from the values under its window; `within` counts the taps within the padded input. */
type Reduce = (values: readonly number[], within: number) => number;

function interpretPool(call: InterpretCall, reduce: Reduce): readonly Tensor[] {
  const x = inputTensor(call, 0);
  const type = outputType(call);
  const input = x.shape.slice(2);
  const taps = windowTaps(readWindow(call.node, poolKernel(call.node, x.shape.length)), input, type.shape.slice(2));
  const [source, result] = [numbers(x), newNumbers(type)];
  const plane = elementCount(input);
  const planes = x.shape[0]! * x.shape[1]!;
  let index = 0;
  for (let channel = 0; channel < planes; channel++) {
    for (const places of taps) {
      const values: number[] = [];
      let within = 0;
      for (const place of places) {
        if (place >= 0) values.push(source[channel * plane + place]!);
        if (place !== BEYOND) within++;
      }
      result[index++] = reduce(values, within);
    }
  }
  return [tensorOf(type, result)];
}

/** MaxPool: the largest value under the window, padding left out; a NaN wins, as in PyTorch. */
function interpretMaxPool(call: InterpretCall): readonly Tensor[] {
  const pooled = interpretPool(call, largestOf);
  return call.node.outputs.length > 1 ? [...pooled, maxPoolIndices(call)] : pooled;
}

/** MaxPool's second output: the position of the first largest value in the whole tensor, row- or column-major. */
function maxPoolIndices(call: InterpretCall): Tensor {
  const x = inputTensor(call, 0);
  const type = outputType(call, 1);
  const input = x.shape.slice(2);
  const taps = windowTaps(readWindow(call.node, poolKernel(call.node, x.shape.length)), input, type.shape.slice(2));
  const source = numbers(x);
  const plane = elementCount(input);
  const columnMajor = readInt(call.node, "storage_order", 0) !== 0;
  const result = newNumbers(type);
  let index = 0;
  for (let channel = 0; channel < x.shape[0]! * x.shape[1]!; channel++) {
    for (const places of taps) {
      let best = -1;
      for (const place of places) {
        if (place >= 0 && (best < 0 || source[channel * plane + place]! > source[channel * plane + best]!))
          best = place;
      }
      result[index++] = channel * plane + (columnMajor ? toColumnMajor(best, input) : best);
    }
  }
  return tensorOf(type, result);
}

function toColumnMajor(offset: number, shape: Shape): number {
  let rest = offset;
  let result = 0;
  let stride = elementCount(shape);
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    stride /= shape[axis]!;
    result += (rest % shape[axis]!) * stride;
    rest = Math.floor(rest / shape[axis]!);
  }
  return result;
}

/**
 * AveragePool: the sum under the window divided by the number of taps in the input, or with `count_include_pad` in the
 * padded input; taps beyond the padding (ceil_mode) count in neither, as in PyTorch (`avg_pool2d`) and onnxruntime.
 */
function interpretAveragePool(call: InterpretCall): readonly Tensor[] {
  const includePad = readInt(call.node, "count_include_pad", 0) !== 0;
  return interpretPool(call, (values, within) => sum(values) / (includePad ? within : values.length));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** LpPool: (Σ |x|^p)^(1/p), with p = 2 by default. */
function lpNorm(call: InterpretCall): Reduce {
  const p = readInt(call.node, "p", 2);
  return (values) => sum(values.map((value) => Math.abs(value) ** p)) ** (1 / p);
}

/** The global pools: one window that covers each channel's plane. */
function interpretGlobal(call: InterpretCall, reduce: Reduce): readonly Tensor[] {
  const x = inputTensor(call, 0);
  const type = outputType(call);
  const source = numbers(x);
  const plane = elementCount(x.shape.slice(2));
  const result = newNumbers(type);
  for (let channel = 0; channel < result.length; channel++) {
    result[channel] = reduce(Array.from(source.subarray(channel * plane, (channel + 1) * plane)), plane);
  }
  return [tensorOf(type, result)];
}

function largestOf(values: readonly number[]): number {
  return values.reduce((largest, value) => Math.max(largest, value), Number.NEGATIVE_INFINITY);
}

/** Pools; each formula is the one in onnx/docs/Operators.md under the operator's name. */
export const POOLING: InterpreterTable = {
  MaxPool: interpretMaxPool,
  AveragePool: interpretAveragePool,
  LpPool: (call) => interpretPool(call, lpNorm(call)),
  GlobalAveragePool: (call) => interpretGlobal(call, (values) => sum(values) / values.length),
  GlobalMaxPool: (call) => interpretGlobal(call, largestOf),
  GlobalLpPool: (call) => interpretGlobal(call, lpNorm(call)),
};
