import { float } from "@samoyed/ir";
import type { NodeRule } from "../rule.ts";
import { coarseInput } from "./floats.ts";

/*
 * HardSwish(x) = x · HardSigmoid(x, α = 1/6, β = ½), which is how ONNX defines it.
 *
 * α is the float32 next to 1/6, a relative 3·10⁻⁸ off. Targets with a kernel of their own recognize the two nodes.
 */

/** Spells HardSwish by HardSigmoid. */
export const hardSwish: NodeRule = {
  name: "hardSwish",
  ops: ["HardSwish"],
  into: ["HardSigmoid", "Mul"],
  check: coarseInput,
  expand(node, emit) {
    const x = node.inputs[0]!;
    const gate = emit.node("HardSigmoid", [x], { alpha: float(1 / 6), beta: float(0.5) });
    emit.result("Mul", [x, gate]);
  },
};
