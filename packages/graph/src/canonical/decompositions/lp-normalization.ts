import { int, readInt } from "@samoyed/ir";
import type { NodeRule } from "../rule.ts";
import { coarseInput, floatType } from "./floats.ts";

/*
 * LpNormalization(x) = x / n   with n = Σ|x| (p = 1) or √Σx² (p = 2) along the axis; where n is 0 all x are, and stay 0:
 *
 *   x / Where(n = 0, 1, n)
 */

/** Spells LpNormalization by a sum. */
export const lpNormalization: NodeRule = {
  name: "lpNormalization",
  ops: ["LpNormalization"],
  into: ["Abs", "Mul", "ReduceSum", "Sqrt", "Equal", "Where", "Div"],
  check(node, view) {
    const p = readInt(node, "p", 2);
    return p === 1 || p === 2 ? coarseInput(node, view) : `its p is ${p}; expected 1 or 2`;
  },
  expand(node, emit) {
    const x = node.inputs[0]!;
    const dtype = floatType(node, emit.view);
    const squared = readInt(node, "p", 2) === 2;
    const terms = squared ? emit.node("Mul", [x, x]) : emit.node("Abs", [x]);
    const axes = emit.ints([readInt(node, "axis", -1)]);
    const sum = emit.node("ReduceSum", [terms, axes], { keepdims: int(1) });
    const norm = squared ? emit.node("Sqrt", [sum]) : sum;
    const isZero = emit.node("Equal", [norm, emit.scalar(0, dtype)]);
    emit.result("Div", [x, emit.node("Where", [isZero, emit.scalar(1, dtype), norm])]);
  },
};
