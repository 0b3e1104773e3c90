import { readFloat } from "@samoyed/ir";
import type { NodeRule } from "../rule.ts";
import { coarseInput, floatType } from "./floats.ts";

/*
 * Swish(x) = x · Sigmoid(α x), operator set 24; with α = 1 it is SiLU.
 */

/** Spells Swish by Sigmoid. */
export const swish: NodeRule = {
  name: "swish",
  ops: ["Swish"],
  into: ["Sigmoid", "Mul"],
  check: coarseInput,
  expand(node, emit) {
    const x = node.inputs[0]!;
    const alpha = readFloat(node, "alpha", 1);
    const scaled = alpha === 1 ? x : emit.node("Mul", [x, emit.scalar(alpha, floatType(node, emit.view))]);
    emit.result("Mul", [x, emit.node("Sigmoid", [scaled])]);
  },
};
