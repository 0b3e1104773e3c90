import { ints, readInts } from "@samoyed/ir";
import type { NodeRule } from "../rule.ts";
import { coarseInput, floatType } from "./floats.ts";

/*
 * MeanVarianceNormalization(x) = d / (√mean(d²) + 10⁻⁹)   with d = x − mean(x), the means over `axes`
 *
 * The variance is that of the centered values, so nothing cancels.
 */

/** Spells MeanVarianceNormalization by means. */
export const meanVarianceNormalization: NodeRule = {
  name: "meanVarianceNormalization",
  ops: ["MeanVarianceNormalization"],
  into: ["ReduceMean", "Sub", "Mul", "Sqrt", "Add", "Div"],
  check: coarseInput,
  expand(node, emit) {
    const x = node.inputs[0]!;
    const axes = ints(readInts(node, "axes") ?? [0, 2, 3]);
    const centered = emit.node("Sub", [x, emit.node("ReduceMean", [x], { axes })]);
    const variance = emit.node("ReduceMean", [emit.node("Mul", [centered, centered])], { axes });
    const epsilon = emit.scalar(1e-9, floatType(node, emit.view));
    emit.result("Div", [centered, emit.node("Add", [emit.node("Sqrt", [variance]), epsilon])]);
  },
};
