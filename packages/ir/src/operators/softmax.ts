import { readInt } from "../attributes.ts";
import { normalizeAxis } from "../axis.ts";
import type { Node, TypedTensor } from "../types.ts";
import { inputType, type OperatorRule, requireFloat, type RuleTable } from "./rule.ts";

/**
 * The axis of a Softmax and its kin. Since opset 13 it is one axis, the last by default; before, the first of all axes
 * (from 1 by default) that are seen as one, and `rank` where there are none.
 *
 * @throws ShapeError when the input has no such axis.
 */
export function readSoftmaxAxis(
  { node, opset }: { readonly node: Node<TypedTensor>; readonly opset: number },
  rank: number,
): number {
  const axis = readInt(node, "axis", opset >= 13 ? -1 : 1);
  return opset < 13 && axis === rank ? rank : normalizeAxis(node, axis, rank);
}

/** Softmax, LogSoftmax and Hardmax. */
export const softmaxRule: OperatorRule = {
  inputs: [1, 1],
  attributes: { axis: "int" },
  infer(call) {
    requireFloat(call, 0);
    const x = inputType(call, 0);
    readSoftmaxAxis(call, x.shape.length);
    return [x];
  },
};

/** Functions that weigh the elements along an axis against each other (onnx/docs/Operators.md, Softmax and its kin). */
export const SOFTMAX: RuleTable = { Softmax: softmaxRule, LogSoftmax: softmaxRule, Hardmax: softmaxRule };
