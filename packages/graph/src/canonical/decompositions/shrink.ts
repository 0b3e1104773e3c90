import { readFloat } from "@samoyed/ir";
import type { NodeRule } from "../rule.ts";
import { coarseInput, floatType } from "./floats.ts";

/*
 * Shrink(x) = x < −λ ? x + bias : x > λ ? x − bias : 0. Exact.
 */

/** Spells Shrink by comparisons. */
export const shrink: NodeRule = {
  name: "shrink",
  ops: ["Shrink"],
  into: ["Less", "Greater", "Add", "Sub", "Where"],
  check: coarseInput,
  expand(node, emit) {
    const x = node.inputs[0]!;
    const dtype = floatType(node, emit.view);
    const [bias, lambda] = [readFloat(node, "bias", 0), readFloat(node, "lambd", 0.5)];
    const shift = emit.scalar(bias, dtype);
    const above = emit.node("Greater", [x, emit.scalar(lambda, dtype)]);
    const below = emit.node("Less", [x, emit.scalar(-lambda, dtype)]);
    const upper = emit.node("Where", [above, emit.node("Sub", [x, shift]), emit.scalar(0, dtype)]);
    emit.result("Where", [below, emit.node("Add", [x, shift]), upper]);
  },
};
