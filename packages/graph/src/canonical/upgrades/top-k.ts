import { readInt } from "@samoyed/ir";
import type { NodeRule } from "../rule.ts";

/*
 * Before operator set 10, TopK's count is an attribute:
 *
 *   TopK(x, k = 5) = TopK(x, [5])
 */

/** Gives the count as an input. */
export const topK: NodeRule = {
  name: "topK",
  ops: ["TopK"],
  applies: (_, view) => view.opset < 10,
  expand(node, emit) {
    const { k: _, ...attributes } = node.attributes;
    emit.result("TopK", [node.inputs[0]!, emit.ints([readInt(node, "k", -1)])], attributes);
  },
};
