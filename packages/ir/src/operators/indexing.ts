import { readInt } from "../attributes.ts";
import { normalizeAxis } from "../axis.ts";
import { nodeShapeError } from "../node-errors.ts";
import { parameters } from "../tensor-numbers.ts";
import type { ValueType } from "../types.ts";
import { gatherRule } from "./gather.ts";
import {
  constantInts,
  describeInput,
  type InferCall,
  inferSameType,
  inputError,
  inputType,
  opaqueDim,
  requireDType,
  type RuleTable,
} from "./rule.ts";

function inferGatherElements(call: InferCall): readonly ValueType[] {
  const data = inputType(call, 0);
  const indices = inputType(call, 1);
  requireDType(call, 1, ["int64", "int32"]);
  normalizeAxis(call.node, readInt(call.node, "axis", 0), data.shape.length);
  if (indices.shape.length !== data.shape.length) {
    throw inputError(call, 1, `${data.shape.length} axes, as input 0 has`);
  }
  return [{ dtype: data.dtype, shape: indices.shape }];
}

function inferTopK(call: InferCall): readonly ValueType[] {
  const x = inputType(call, 0);
  const axis = normalizeAxis(call.node, readInt(call.node, "axis", -1), x.shape.length);
  const k = call.opset < 10 ? readInt(call.node, "k", -1) : constantInts(call, 1)?.[0];
  const size = x.shape[axis]!;
  if (k !== undefined && (k < 0 || (typeof size === "number" && k > size))) {
    throw nodeShapeError(call.node, `k is ${k}; ${describeInput(call, 0)} has ${size} elements on axis ${axis}`);
  }
  const shape = x.shape.map((dim, at) => (at === axis ? (k ?? opaqueDim(call, axis)) : dim));
  return [
    { dtype: x.dtype, shape },
    { dtype: "int64", shape },
  ];
}

function inferOneHot(call: InferCall): readonly ValueType[] {
  const { shape } = inputType(call, 0);
  const axis = normalizeAxis(call.node, readInt(call.node, "axis", -1), shape.length + 1);
  // The depth may also be a float.
  const known = call.constant(1);
  const depth = (known === undefined ? constantInts(call, 1) : parameters(known))?.[0] ?? opaqueDim(call, axis);
  return [{ dtype: inputType(call, 2).dtype, shape: [...shape.slice(0, axis), depth, ...shape.slice(axis)] }];
}

/** Operators that choose elements by index or order (onnx/docs/Operators.md, under each operator's name). */
export const INDEXING: RuleTable = {
  Gather: gatherRule,
  GatherElements: { since: 11, inputs: [2, 2], attributes: { axis: "int" }, infer: inferGatherElements },
  TopK: {
    inputs: [1, 2],
    outputs: [2, 2],
    attributes: { axis: "int", k: "int", largest: "int", sorted: "int" },
    infer: inferTopK,
  },
  OneHot: { since: 9, inputs: [3, 3], attributes: { axis: "int" }, infer: inferOneHot },
  CumSum: { since: 11, inputs: [2, 2], attributes: { exclusive: "int", reverse: "int" }, infer: inferSameType },
  Trilu: { since: 14, inputs: [1, 2], attributes: { upper: "int" }, infer: inferSameType },
};
