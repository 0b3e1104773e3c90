import { ints, readFloat, readInt } from "@samoyed/ir";
import { frontAxis, knownInput } from "../known-shape.ts";
import type { NodeRule } from "../rule.ts";
import { coarseInput, floatType } from "./floats.ts";

/*
 * RMSNormalization(x, scale) = x / √(mean(x²) + ε) · scale, the mean over the axes from `axis` on; operator set 23.
 *
 * A sum of squares has no cancellation, so it needs no centering as LayerNormalization does.
 */

/** Spells RMSNormalization by a mean of squares. */
export const rmsNormalization: NodeRule = {
  name: "rmsNormalization",
  ops: ["RMSNormalization"],
  into: ["Mul", "ReduceMean", "Add", "Sqrt", "Div"],
  check: coarseInput,
  expand(node, emit) {
    const [x, scale] = node.inputs as [string, string];
    const rank = knownInput(node, emit.view).shape.length;
    const first = frontAxis(readInt(node, "axis", -1), rank);
    const axes = Array.from({ length: rank - first }, (_, index) => first + index);
    const mean = emit.node("ReduceMean", [emit.node("Mul", [x, x])], { axes: ints(axes) });
    const epsilon = emit.scalar(readFloat(node, "epsilon", 1e-5), floatType(node, emit.view));
    const root = emit.node("Sqrt", [emit.node("Add", [mean, epsilon])]);
    emit.result("Mul", [emit.node("Div", [x, root]), scale]);
  },
};
