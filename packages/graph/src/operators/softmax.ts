import type { Tensor } from "@samoyed/core";
import { readInt } from "../attributes.ts";
import { newNumbers, numbers, tensorOf } from "./elements.ts";
import {
  type InferCall,
  inputTensor,
  inputType,
  type InterpretCall,
  normalizeAxis,
  type Operator,
  outputType,
  requireFloat,
  type ValueType,
} from "./operator.ts";
import { aroundAxis } from "./positions.ts";

/** Since opset 13 one axis, the last by default; before, all axes from `axis` (1 by default) on, seen as one. */
function inferSoftmax(call: InferCall): readonly ValueType[] {
  requireFloat(call, 0);
  const x = inputType(call, 0);
  const axis = readInt(call.node, "axis", call.opset >= 13 ? -1 : 1);
  // As a matrix, an axis at the very end is allowed.
  if (call.opset >= 13 || axis !== x.shape.length) normalizeAxis(call, axis, x.shape.length);
  return [x];
}

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
  const given = readInt(call.node, "axis", call.opset >= 13 ? -1 : 1);
  const axis = given === rank ? rank : normalizeAxis(call, given, rank);
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

function overAxis(op: string, formula: Formula): Operator {
  return {
    op,
    inputs: [1, 1],
    attributes: { axis: "int" },
    infer: inferSoftmax,
    interpret: (call) => interpretSoftmax(call, formula),
  };
}

/** Functions that weigh the elements along an axis against each other (onnx/docs/Operators.md, Softmax and its kin). */
export const SOFTMAX: readonly Operator[] = [
  overAxis("Softmax", softmax),
  overAxis("LogSoftmax", logSoftmax),
  overAxis("Hardmax", hardmax),
];
