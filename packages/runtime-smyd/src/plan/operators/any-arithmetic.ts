import { BINARY, clipRule } from "@samoyed/ir";
import type { Elements } from "../element-steps.ts";
import type { LowerCall, Operator } from "../operator.ts";
import { type Arithmetic, elementwise, ofNumbers } from "./element-operator.ts";

/** Bounds that no activation takes: computed ones, and integers. */
function clip(call: LowerCall): Elements {
  const [x, low, high] = call.fused.inputs.map((name) => (name === "" ? undefined : call.lowering.place(name)));
  const above: Elements = low === undefined ? x! : ofNumbers(call, "max", [x!, low]);
  return high === undefined ? above : ofNumbers(call, "min", [above, high]);
}

function arithmetic(name: string, operator: Arithmetic): Operator {
  return elementwise({ ...BINARY[name]!, inputs: [2, 2] }, (call, inputs) => ofNumbers(call, operator, inputs));
}

/** The arithmetic of the common operators with integers too, by rules that follow sizes as well. */
export const ANY_ARITHMETIC: Readonly<Record<string, Operator>> = {
  Add: arithmetic("Add", "add"),
  Sub: arithmetic("Sub", "sub"),
  Mul: arithmetic("Mul", "mul"),
  Div: arithmetic("Div", "div"),
  Min: arithmetic("Min", "min"),
  Max: arithmetic("Max", "max"),
  Clip: { ...elementwise(clipRule, clip), without: ["min", "max"] },
};
