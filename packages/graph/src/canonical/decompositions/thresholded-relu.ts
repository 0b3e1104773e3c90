import { readFloat } from "@samoyed/ir";
import type { NodeRule } from "../rule.ts";
import { coarseInput, floatType } from "./floats.ts";

/*
 * ThresholdedRelu(x) = x > α ? x : 0. Exact; a NaN gives 0, for it is not greater.
 */

/** Spells ThresholdedRelu by a comparison. */
export const thresholdedRelu: NodeRule = {
  name: "thresholdedRelu",
  ops: ["ThresholdedRelu"],
  into: ["Greater", "Where"],
  check: coarseInput,
  expand(node, emit) {
    const x = node.inputs[0]!;
    const dtype = floatType(node, emit.view);
    const above = emit.node("Greater", [x, emit.scalar(readFloat(node, "alpha", 1), dtype)]);
    emit.result("Where", [above, x, emit.scalar(0, dtype)]);
  },
};
