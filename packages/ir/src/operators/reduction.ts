import { readInt, readInts } from "../attributes.ts";
import { normalizeAxis } from "../axis.ts";
import type { Dim, Node, TypedTensor, ValueType } from "../types.ts";
import { constantInts, type InferCall, inputType, type OperatorRule, type RuleTable } from "./rule.ts";

/** The opset from which a reduction takes its axes as an input. */
function axesInputSince(op: string): number {
  return op === "ReduceSum" ? 13 : 18;
}

/**
 * Reads the axes that a reduction removes: an attribute before opset 18 (13 for ReduceSum), an input since. If empty, all
 * axes, or no axes with `noop_with_empty_axes`.
 *
 * @param list returns an input's integers.
 * @returns `undefined` if the input's integers are not known.
 * @throws ShapeError when the input lacks an axis.
 */
export function readReducedAxes(
  call: { readonly node: Node<TypedTensor>; readonly opset: number; readonly inputs: readonly unknown[] },
  rank: number,
  list: (index: number) => readonly number[] | undefined,
): ReadonlySet<number> | undefined {
  const { node } = call;
  const fromInput = call.opset >= axesInputSince(node.op) && call.inputs[1] !== undefined;
  const given = fromInput ? list(1) : readInts(node, "axes");
  if (given === undefined && fromInput) return undefined;
  if (given !== undefined && given.length > 0) return new Set(given.map((axis) => normalizeAxis(node, axis, rank)));
  if (readInt(node, "noop_with_empty_axes", 0) !== 0) return new Set();
  return new Set(Array.from({ length: rank }, (_, axis) => axis));
}

function inferReduce(call: InferCall): readonly (ValueType | undefined)[] {
  const x = inputType(call, 0);
  const axes = readReducedAxes(call, x.shape.length, (index) => constantInts(call, index));
  if (axes === undefined) return [undefined];
  return [{ dtype: x.dtype, shape: reduceShape(x.shape, axes, readInt(call.node, "keepdims", 1) !== 0) }];
}

function reduceShape(shape: readonly Dim[], axes: ReadonlySet<number>, keep: boolean): readonly Dim[] {
  return shape.flatMap((size, axis) => (!axes.has(axis) ? [size] : keep ? [1] : []));
}

/** The product of sizes; a list has one axis, so it is reduced or nothing is. */
function productOfDims(call: InferCall): readonly Dim[] | undefined {
  const dims = call.dims(0);
  const { length: rank } = inputType(call, 0).shape;
  const axes = readReducedAxes(call, rank, (index) => constantInts(call, index));
  if (dims === undefined || axes === undefined || axes.size !== rank) return undefined;
  const product = call.sizes.multiply(dims);
  return product === undefined ? undefined : [product];
}

function inferArg(call: InferCall): readonly ValueType[] {
  const { shape } = inputType(call, 0);
  const axis = normalizeAxis(call.node, readInt(call.node, "axis", 0), shape.length);
  const keep = readInt(call.node, "keepdims", 1) !== 0;
  return [{ dtype: "int64", shape: reduceShape(shape, new Set([axis]), keep) }];
}

const reduceRule: OperatorRule = {
  inputs: [1, 2],
  attributes: { axes: "ints", keepdims: "int", noop_with_empty_axes: "int" },
  infer: inferReduce,
};

const argRule: OperatorRule = {
  inputs: [1, 1],
  attributes: { axis: "int", keepdims: "int", select_last_index: "int" },
  infer: inferArg,
};

/** Reductions over axes (onnx/docs/Operators.md, under each operator's name). */
export const REDUCTION: RuleTable = {
  ReduceSum: reduceRule,
  ReduceMean: reduceRule,
  ReduceMax: reduceRule,
  ReduceMin: reduceRule,
  ReduceProd: { ...reduceRule, inferDims: productOfDims },
  ReduceL1: reduceRule,
  ReduceL2: reduceRule,
  ReduceSumSquare: reduceRule,
  ReduceLogSum: reduceRule,
  ReduceLogSumExp: reduceRule,
  ArgMax: argRule,
  ArgMin: argRule,
};
