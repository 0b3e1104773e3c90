import { readInt } from "../attributes.ts";
import type { Dim, Node, TypedTensor } from "../types.ts";
import { type InferCall, inputType, type OperatorRule } from "./rule.ts";

function shapeDims(call: InferCall): readonly Dim[] {
  return shapeSlice(call, inputType(call, 0).shape);
}

/** The part of a shape that a Shape node gives: from `start` to `end` (opset 15), both clamped. */
export function shapeSlice<D>(call: { readonly node: Node<TypedTensor> }, shape: readonly D[]): readonly D[] {
  return shape.slice(readInt(call.node, "start", 0), readInt(call.node, "end", shape.length));
}

/** Rule of Shape (onnx/docs/Operators.md, Shape). */
export const shapeRule: OperatorRule = {
  inputs: [1, 1],
  attributes: { end: "int", start: "int" },
  infer: (call) => [{ dtype: "int64", shape: [shapeDims(call).length] }],
  inferDims: shapeDims,
};
