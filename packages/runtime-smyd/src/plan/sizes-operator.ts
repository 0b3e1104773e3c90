import type { OperatorRule } from "@samoyed/ir";
import type { LowerCall, Operator } from "./operator.ts";
import { unsupported } from "./unsupported.ts";

/** Computed while shapes are: at run time there is nothing left to do. */
function lowerSizes({ node }: LowerCall): void {
  throw unsupported(node, "computes sizes that are not known before a run");
}

/** An operator whose results follow from sizes. */
export function ofSizes(rule: OperatorRule): Operator {
  return { rule, anyType: true, lower: lowerSizes };
}
