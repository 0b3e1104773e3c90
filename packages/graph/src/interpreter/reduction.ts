import { contiguousStrides, type Tensor } from "@samoyed/core";
import { integers, normalizeAxis, numbers, readInt, readReducedAxes } from "@samoyed/ir";
import { newNumbers, tensorOf } from "./elements.ts";
import { inputTensor, type Interpret, type InterpretCall, type InterpreterTable, outputType } from "./interpreter.ts";
import { aroundAxis, offsets } from "./positions.ts";

/** A reduction of the numbers that fall together. */
type Reduce = (values: Float64Array) => number;

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}

/** log Σ exp x, with the largest x taken out so that nothing overflows. */
function logSumExp(values: Float64Array): number {
  const largest = values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  if (!Number.isFinite(largest)) return largest;
  return largest + Math.log(sum(values.map((value) => Math.exp(value - largest))));
}

const REDUCTIONS: Readonly<Record<string, Reduce>> = {
  ReduceSum: sum,
  ReduceMean: (values) => sum(values) / values.length,
  ReduceMax: (values) => values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY),
  ReduceMin: (values) => values.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY),
  ReduceProd: (values) => values.reduce((product, value) => product * value, 1),
  ReduceL1: (values) => sum(values.map(Math.abs)),
  ReduceL2: (values) => Math.sqrt(sum(values.map((value) => value * value))),
  ReduceSumSquare: (values) => sum(values.map((value) => value * value)),
  ReduceLogSum: (values) => Math.log(sum(values)),
  ReduceLogSumExp: logSumExp,
};

function interpretReduce(call: InterpretCall, reduce: Reduce): readonly Tensor[] {
  const x = inputTensor(call, 0);
  const type = outputType(call);
  const axes = readReducedAxes(call, x.shape.length, (index) => integers(inputTensor(call, index))) ?? new Set();
  const source = numbers(x);
  // With empty axes that mean nothing, the node is the identity, whatever it would compute (opset 18).
  if (axes.size === 0) return [tensorOf(type, Float64Array.from(source))];
  const strides = contiguousStrides(x.shape);
  const split = (reduced: boolean): Int32Array => {
    const kept = [...x.shape.keys()].filter((axis) => axes.has(axis) === reduced);
    return offsets(
      kept.map((axis) => x.shape[axis]!),
      kept.map((axis) => strides[axis]!),
    );
  };
  const [bases, steps] = [split(false), split(true)];
  const result = newNumbers(type);
  for (const [index, base] of bases.entries()) {
    const value = reduce(Float64Array.from(steps, (step) => source[base + step]!));
    // The largest of no bools is false, the smallest true: a type without infinities has its own extremes.
    result[index] = type.dtype === "bool" ? Math.min(1, Math.max(0, value)) : value;
  }
  return [tensorOf(type, result)];
}

/** ArgMax and ArgMin: the first position of the best value, or the last with `select_last_index`. */
function interpretArg(call: InterpretCall, better: (a: number, b: number) => boolean): readonly Tensor[] {
  const x = inputTensor(call, 0);
  const axis = normalizeAxis(call.node, readInt(call.node, "axis", 0), x.shape.length);
  const last = readInt(call.node, "select_last_index", 0) !== 0;
  const { outer, size, inner } = aroundAxis(x.shape, axis);
  const source = numbers(x);
  const result = newNumbers(outputType(call));
  for (let block = 0; block < outer; block++) {
    for (let lane = 0; lane < inner; lane++) {
      const at = (position: number): number => source[(block * size + position) * inner + lane]!;
      let best = 0;
      for (let position = 1; position < size; position++) {
        if (better(at(position), at(best)) || (last && at(position) === at(best))) best = position;
      }
      result[block * inner + lane] = best;
    }
  }
  return [tensorOf(outputType(call), result)];
}

/** Reductions over axes; each formula is the one in onnx/docs/Operators.md under the operator's name. */
export const REDUCTION: InterpreterTable = {
  ...Object.fromEntries(
    Object.entries(REDUCTIONS).map(([op, reduce]): [string, Interpret] => [
      op,
      (call) => interpretReduce(call, reduce),
    ]),
  ),
  ArgMax: (call) => interpretArg(call, (a, b) => a > b),
  ArgMin: (call) => interpretArg(call, (a, b) => a < b),
};
