import type { NodeRule } from "../rule.ts";
import { coarseInput, floatType } from "./floats.ts";

/*
 * Softsign(x) = x / (1 + |x|).
 */

/** Spells Softsign by Abs. */
export const softsign: NodeRule = {
  name: "softsign",
  ops: ["Softsign"],
  into: ["Abs", "Add", "Div"],
  check: coarseInput,
  expand(node, emit) {
    const x = node.inputs[0]!;
    const one = emit.scalar(1, floatType(node, emit.view));
    emit.result("Div", [x, emit.node("Add", [emit.node("Abs", [x]), one])]);
  },
};
