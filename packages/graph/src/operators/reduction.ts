import { readInt, readInts } from "../attributes.ts";
import type { Dim } from "../ir.ts";
import { constantInts, type InferCall, inputType, normalizeAxis, type Operator, type ValueType } from "./operator.ts";

/** The opset from which a reduction takes its axes as an input. */
function axesInputSince(op: string): number {
  return op === "ReduceSum" ? 13 : 18;
}

function inferReduce(call: InferCall): readonly (ValueType | undefined)[] {
  const x = inputType(call, 0);
  const fromInput = call.opset >= axesInputSince(call.node.op);
  const given = fromInput && call.inputs[1] !== undefined ? constantInts(call, 1) : readInts(call.node, "axes");
  if (given === undefined && call.inputs[1] !== undefined) return [undefined];
  if ((given ?? []).length === 0 && readInt(call.node, "noop_with_empty_axes", 0) !== 0) return [x];
  const rank = x.shape.length;
  const axes = new Set(
    given === undefined || given.length === 0 ? x.shape.keys() : given.map((axis) => normalizeAxis(call, axis, rank)),
  );
  return [{ dtype: x.dtype, shape: reduceShape(x.shape, axes, readInt(call.node, "keepdims", 1) !== 0) }];
}

function reduceShape(shape: readonly Dim[], axes: ReadonlySet<number>, keep: boolean): readonly Dim[] {
  return shape.flatMap((size, axis) => (!axes.has(axis) ? [size] : keep ? [1] : []));
}

function inferArg(call: InferCall): readonly ValueType[] {
  const { shape } = inputType(call, 0);
  const axis = normalizeAxis(call, readInt(call.node, "axis", 0), shape.length);
  const keep = readInt(call.node, "keepdims", 1) !== 0;
  return [{ dtype: "int64", shape: reduceShape(shape, new Set([axis]), keep) }];
}

/** Reductions over axes. */
export const REDUCTION: readonly Operator[] = [
  ...["Mean", "Sum", "Max", "Min", "Prod", "L1", "L2", "SumSquare", "LogSum", "LogSumExp"].map((name): Operator => ({
    op: `Reduce${name}`,
    inputs: [1, 2],
    attributes: { axes: "ints", keepdims: "int", noop_with_empty_axes: "int" },
    infer: inferReduce,
  })),
  ...["ArgMax", "ArgMin"].map((op): Operator => ({
    op,
    inputs: [1, 1],
    attributes: { axis: "int", keepdims: "int", select_last_index: "int" },
    infer: inferArg,
  })),
];
