import { float, readFloat } from "@samoyed/ir";
import type { NodeRule } from "../rule.ts";
import { coarseInput, floatType } from "./floats.ts";

/*
 * Selu(x) = γ · (x > 0 ? x : α (eˣ − 1)) = γ · Elu(x, α).
 *
 * The exponential stays inside Elu, where a target can compute eˣ − 1 without losing the digits near 0.
 */

/** Spells Selu by Elu. */
export const selu: NodeRule = {
  name: "selu",
  ops: ["Selu"],
  into: ["Elu", "Mul"],
  check: coarseInput,
  expand(node, emit) {
    const x = node.inputs[0]!;
    // The defaults are ONNX's decimals, rounded to float32 as the standard writes them.
    const alpha = readFloat(node, "alpha", 1.67326319217681884765625);
    const gamma = readFloat(node, "gamma", 1.05070102214813232421875);
    const curve = emit.node("Elu", [x], { alpha: float(alpha) });
    emit.result("Mul", [curve, emit.scalar(gamma, floatType(node, emit.view))]);
  },
};
