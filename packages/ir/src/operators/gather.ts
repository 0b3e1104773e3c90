import { readInt } from "../attributes.ts";
import { normalizeAxis } from "../axis.ts";
import { normalizeIndex } from "../normalize-index.ts";
import type { Dim, ValueType } from "../types.ts";
import { constantInts, type InferCall, inputType, type OperatorRule } from "./rule.ts";

function inferGather(call: InferCall): readonly ValueType[] {
  const data = inputType(call, 0);
  const indices = inputType(call, 1);
  const axis = normalizeAxis(call.node, readInt(call.node, "axis", 0), data.shape.length);
  return [
    { dtype: data.dtype, shape: [...data.shape.slice(0, axis), ...indices.shape, ...data.shape.slice(axis + 1)] },
  ];
}

function gatherDims(call: InferCall): readonly Dim[] | undefined {
  const values = call.dims(0);
  const indices = constantInts(call, 1);
  if (values === undefined || indices === undefined) return undefined;
  return indices.map((index) => values[normalizeIndex(call.node, index, values.length)]!);
}

/** Rule of Gather (onnx/docs/Operators.md, Gather). */
export const gatherRule: OperatorRule = {
  inputs: [2, 2],
  attributes: { axis: "int" },
  infer: inferGather,
  inferDims: gatherDims,
};
