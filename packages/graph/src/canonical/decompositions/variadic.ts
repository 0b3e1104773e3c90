import type { Emit, NodeRule } from "../rule.ts";
import { coarseInput, floatType } from "./floats.ts";

/*
 * Operators of any number of operands, as chains of two:
 *
 *   Sum(a, b, c) = (a + b) + c      Mean(a, b, c) = ((a + b) + c) / 3      Max(a, b, c) = Max(Max(a, b), c)
 *
 * A maximum is exact in any order; sums are rounded after each step, as every runtime's own loop does.
 */

/** Spells Sum and Mean by additions. */
export const sumOperands: NodeRule = {
  name: "sumOperands",
  ops: ["Sum", "Mean"],
  into: ["Add", "Div"],
  check: coarseInput,
  expand(node, emit) {
    const [first, ...rest] = node.inputs as [string, ...string[]];
    if (node.op === "Mean") {
      const total = rest.reduce((sum, value) => emit.node("Add", [sum, value]), first);
      emit.result("Div", [total, emit.scalar(node.inputs.length, floatType(node, emit.view))]);
    } else {
      chain("Add", node.inputs, emit);
    }
  },
};

/** Spells a maximum or minimum of many operands by those of two. */
export const extremeOperands: NodeRule = {
  name: "extremeOperands",
  ops: ["Max", "Min"],
  applies: (node) => node.inputs.length !== 2,
  expand: (node, emit) => chain(node.op, node.inputs, emit),
};

function chain(op: string, inputs: readonly string[], emit: Emit): void {
  const last = inputs.at(-1)!;
  const before = inputs.slice(0, -1);
  if (before.length === 0) emit.result("Identity", [last]);
  else emit.result(op, [before.reduce((value, next) => emit.node(op, [value, next])), last]);
}
