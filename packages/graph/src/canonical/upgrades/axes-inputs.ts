import { readInts } from "@samoyed/ir";
import type { NodeRule } from "../rule.ts";

/*
 * Squeeze, Unsqueeze and ReduceSum take their axes as an attribute before operator set 13 and as an input since:
 *
 *   Squeeze(x, axes = [2, 3]) = Squeeze(x, [2, 3])
 */

/** Gives axes that were an attribute as an input. */
export const axesInputs: NodeRule = {
  name: "axesInputs",
  ops: ["Squeeze", "Unsqueeze", "ReduceSum"],
  applies: (node, view) => view.opset < 13 && "axes" in node.attributes,
  expand(node, emit) {
    const { axes: _, ...attributes } = node.attributes;
    emit.result(node.op, [node.inputs[0]!, emit.ints(readInts(node, "axes")!)], attributes);
  },
};
