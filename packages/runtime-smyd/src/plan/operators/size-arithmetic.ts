import { BINARY } from "@samoyed/ir";
import type { Operator } from "../operator.ts";
import { ELEMENTWISE } from "./elementwise.ts";

/** Arithmetic of the common operators, by rules that follow sizes as well. */
export const SIZE_ARITHMETIC: Readonly<Record<string, Operator>> = Object.fromEntries(
  ["Add", "Sub", "Mul", "Div", "Min", "Max"].map((name) => {
    const operator = ELEMENTWISE[name]!;
    const { inputs } = operator.rule;
    return [name, { ...operator, rule: { ...BINARY[name]!, inputs } }];
  }),
);
