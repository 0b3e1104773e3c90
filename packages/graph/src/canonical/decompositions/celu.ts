import { readFloat } from "@samoyed/ir";
import type { NodeRule } from "../rule.ts";
import { coarseInput, floatType } from "./floats.ts";

/*
 * Celu(x) = max(0, x) + min(0, α (e^(x / α) − 1)) = α · Elu(x / α) for α > 0; with α = 1 it is Elu.
 */

/** Spells Celu by Elu. */
export const celu: NodeRule = {
  name: "celu",
  ops: ["Celu"],
  into: ["Div", "Elu", "Mul"],
  check: (node, view) => (readFloat(node, "alpha", 1) > 0 ? coarseInput(node, view) : "its alpha is not positive"),
  expand(node, emit) {
    const x = node.inputs[0]!;
    const alpha = readFloat(node, "alpha", 1);
    if (alpha === 1) {
      emit.result("Elu", [x]);
      return;
    }
    const scale = emit.scalar(alpha, floatType(node, emit.view));
    emit.result("Mul", [emit.node("Elu", [emit.node("Div", [x, scale])]), scale]);
  },
};
