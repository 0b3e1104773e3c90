import type { OperatorRule } from "@samoyed/ir";
import { wrapped } from "../element-constants.ts";
import { type Elements, giveElements } from "../element-steps.ts";
import { isInteger } from "../integers.ts";
import type { LowerCall, Operator } from "../operator.ts";
import type { Place } from "../places.ts";
import { OF_ELEMENTS } from "./elementwise.ts";

/** Functions of two numbers, floats or integers. */
export type Arithmetic =
  | ("add" | "sub" | "mul" | "div" | "min" | "max" | "modulo" | "remainder")
  | ("equal" | "less" | "less-equal");

/** An operator of elements of any type; `make` says what it computes of its inputs. */
export function elementwise(
  rule: OperatorRule,
  make: (call: LowerCall, inputs: readonly Place[]) => Elements,
): Operator {
  return {
    ...OF_ELEMENTS,
    rule,
    anyType: true,
    lower(call) {
      const names = call.fused.inputs.filter((name) => name !== "");
      giveElements(
        call,
        make(
          call,
          names.map((name) => call.lowering.place(name)),
        ),
      );
    },
  };
}

/** A function of two numbers of one type, floats or integers. */
export function ofNumbers(call: LowerCall, operator: Arithmetic, [left, right]: readonly Elements[]): Elements {
  const dtype = call.dtypeOf(call.fused.inputs[0]!);
  const operands = [left!, right!] as const;
  if (!isInteger(dtype)) return { operator, of: operands };
  const found: Elements = { operator: `int-${operator}`, of: operands };
  return call.dtypeOf(call.node.outputs[0]!) === "bool" ? found : wrapped(call, dtype, found);
}
