import { readString } from "@samoyed/ir";
import type { NodeRule } from "../rule.ts";
import { coarseInput, floatType } from "./floats.ts";

/*
 * Gelu(x)                       = ½ x · (1 + Erf(x / √2))
 * Gelu(x, approximate = "tanh") = ½ x · (1 + Tanh(√(2/π) · (x + 0.044715 x³)))       operator set 20
 *
 * The first is node for node what PyTorch's exporter writes, and computed by the same float32 steps as in PyTorch. For
 * large negative x the sum cancels; what is lost is below 10⁻⁷ of the largest x.
 */

/** Spells Gelu by Erf or Tanh. */
export const gelu: NodeRule = {
  name: "gelu",
  ops: ["Gelu"],
  into: ["Mul", "Erf", "Tanh", "Add"],
  check(node, view) {
    const approximate = readString(node, "approximate", "none");
    if (approximate !== "none" && approximate !== "tanh") return `it is approximated by "${approximate}"`;
    return coarseInput(node, view);
  },
  expand(node, emit) {
    const x = node.inputs[0]!;
    const dtype = floatType(node, emit.view);
    const times = (value: string, factor: number): string => emit.node("Mul", [value, emit.scalar(factor, dtype)]);
    const half = times(x, 0.5);
    let gate: string;
    if (readString(node, "approximate", "none") === "none") {
      gate = emit.node("Erf", [times(x, Math.SQRT1_2)]);
    } else {
      const cube = emit.node("Mul", [emit.node("Mul", [x, x]), x]);
      gate = emit.node("Tanh", [times(emit.node("Add", [x, times(cube, 0.044715)]), Math.sqrt(2 / Math.PI))]);
    }
    emit.result("Mul", [half, emit.node("Add", [gate, emit.scalar(1, dtype)])]);
  },
};
