import { readReduction } from "@samoyed/ir";
import type { NodeRule } from "../rule.ts";

/** Refuses scattering that keeps the larger or the smaller element, which came with operator set 18. */
export const laterReductions: NodeRule = {
  name: "laterReductions",
  ops: ["ScatterElements", "ScatterND"],
  applies: (node, view) => view.opset >= 18 && ["max", "min"].includes(readReduction(node)),
  check: (node) => `its reduction "${readReduction(node)}" came after operator set 17`,
  expand(node) {
    throw new Error(`a fault of canonicalize: ${node.op} is never expanded for its reduction`);
  },
};
