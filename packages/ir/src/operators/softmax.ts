import { readInt } from "../attributes.ts";
import { normalizeAxis } from "../axis.ts";
import type { Node, TypedTensor } from "../types.ts";
import { inputType, type OperatorRule, requireFloat, type RuleTable } from "./rule.ts";

/**
 * Reads the axis of a Softmax, LogSoftmax or Hardmax. Since opset 13 it is one axis, the last by default; before, it is
 * the first of the axes (1 by default) that are flattened into one, and `rank` if there are none.
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

/** Rule of Softmax, LogSoftmax and Hardmax. */
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

/** Functions that normalize the elements along an axis (onnx/docs/Operators.md, Softmax, LogSoftmax and Hardmax). */
export const SOFTMAX: RuleTable = { Softmax: softmaxRule, LogSoftmax: softmaxRule, Hardmax: softmaxRule };
