import type { NodeRule } from "../rule.ts";
import { coarseInput } from "./floats.ts";

/*
 * Mish(x) = x · Tanh(Softplus(x)), operator set 18.
 */

/** Spells Mish by Softplus and Tanh. */
export const mish: NodeRule = {
  name: "mish",
  ops: ["Mish"],
  into: ["Softplus", "Tanh", "Mul"],
  check: coarseInput,
  expand(node, emit) {
    const x = node.inputs[0]!;
    emit.result("Mul", [x, emit.node("Tanh", [emit.node("Softplus", [x])])]);
  },
};
