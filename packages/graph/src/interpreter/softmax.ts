import type { Tensor } from "@samoyed/core";
import { numbers, readSoftmaxAxis } from "@samoyed/ir";
import { newNumbers, tensorOf } from "./elements.ts";
import { inputTensor, type InterpretCall, type InterpreterTable, outputType } from "./interpreter.ts";
import { aroundAxis } from "./positions.ts";

type Formula = (values: Float64Array) => Float64Array;

function largestOf(values: Float64Array): number {
  return values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
}

function sumOfExponentials(values: Float64Array, largest: number): number {
  return values.reduce((sum, value) => sum + Math.exp(value - largest), 0);
}

/** exp(x) / Σ exp(x), with the largest x taken out so that nothing overflows. */
function softmax(values: Float64Array): Float64Array {
  const largest = largestOf(values);
  const sum = sumOfExponentials(values, largest);
  return values.map((value) => Math.exp(value - largest) / sum);
}

function logSoftmax(values: Float64Array): Float64Array {
  const largest = largestOf(values);
  const log = Math.log(sumOfExponentials(values, largest));
  return values.map((value) => value - largest - log);
}

/** 1 at the first largest value, else 0. */
function hardmax(values: Float64Array): Float64Array {
  const first = values.indexOf(largestOf(values));
  return values.map((_, index) => (index === first ? 1 : 0));
}

function interpretSoftmax(call: InterpretCall, formula: Formula): readonly Tensor[] {
  const x = inputTensor(call, 0);
  const rank = x.shape.length;
  const axis = readSoftmaxAxis(call, rank);
  let { outer, size, inner } = aroundAxis(x.shape, axis);
  if (call.opset < 13) [size, inner] = [size * inner, 1];
  const source = numbers(x);
  const result = newNumbers(outputType(call));
  for (let block = 0; block < outer; block++) {
    for (let lane = 0; lane < inner; lane++) {
      const at = (position: number): number => (block * size + position) * inner + lane;
      const values = formula(Float64Array.from({ length: size }, (_, position) => source[at(position)]!));
      for (const [position, value] of values.entries()) result[at(position)] = value;
    }
  }
  return [tensorOf(outputType(call), result)];
}

/** Functions that weigh the elements along an axis against each other (onnx/docs/Operators.md, Softmax and its kin). */
export const SOFTMAX: InterpreterTable = {
  Softmax: (call) => interpretSoftmax(call, softmax),
  LogSoftmax: (call) => interpretSoftmax(call, logSoftmax),
  Hardmax: (call) => interpretSoftmax(call, hardmax),
};
