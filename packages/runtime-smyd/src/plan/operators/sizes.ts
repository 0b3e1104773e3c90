import { CONSTANTS, type OperatorRule } from "@samoyed/ir";
import type { LowerCall, Operator } from "../operator.ts";
import { unsupported } from "../unsupported.ts";

/** Computed while shapes are: at run time there is nothing left to do. */
function lowerSizes({ node }: LowerCall): void {
  throw unsupported(node, "computes sizes that are not known before a run");
}

function sizes(rule: OperatorRule | undefined): Operator {
  return { rule: rule!, anyType: true, lower: lowerSizes };
}

/** Operators whose results follow from sizes. */
export const SIZES: Readonly<Record<string, Operator>> = {
  Range: sizes(CONSTANTS["Range"]),
  Shape: sizes(CONSTANTS["Shape"]),
  Size: sizes(CONSTANTS["Size"]),
};
