import {
  alphaRule,
  arithmeticRule,
  clipRule,
  floatUnaryRule,
  hardSigmoidRule,
  type OperatorRule,
  unaryRule,
} from "@samoyed/ir";
import { elementPlace } from "../element-place.ts";
import { type Elements, giveElements, wrapped } from "../element-steps.ts";
import { isInteger } from "../integers.ts";
import { type LowerCall, type Operator, requireRank, type ShapeCall } from "../operator.ts";
import type { Place } from "../places.ts";
import type { BinaryOperator } from "../steps.ts";

/** Functions of two numbers, floats or integers. */
export type Arithmetic =
  | ("add" | "sub" | "mul" | "div" | "min" | "max" | "modulo" | "remainder")
  | ("equal" | "less" | "less-equal");

/** What each function of two floats is of integers. */
const OF_INTEGERS: Readonly<Record<Arithmetic, BinaryOperator>> = {
  add: "int-add",
  sub: "int-sub",
  mul: "int-mul",
  div: "int-div",
  min: "int-min",
  max: "int-max",
  modulo: "int-modulo",
  remainder: "int-remainder",
  equal: "int-equal",
  less: "int-less",
  "less-equal": "int-less-equal",
};

/** An activation that no kernel took along is a copy that applies it. */
export function lowerActivation({ fused, shape, lowering }: LowerCall): void {
  const input = lowering.place(fused.inputs[0]!);
  const output = elementPlace(lowering, { name: fused.output, shape, inputs: [input] });
  lowering.copy(input, output, fused.activation);
  lowering.define(fused.output, output);
}

/** Whether every operand that is a batch has its images where the result has them. */
function keepsImages({ inputs, batched }: ShapeCall): boolean {
  const rank = Math.max(...inputs.map((type) => type?.shape.length ?? 0));
  return inputs.every((type, index) => !batched[index] || type?.shape.length === rank);
}

/** An operator of elements; `make` says what it computes of its inputs. */
export function elementwise(
  rule: OperatorRule,
  make: (call: LowerCall, inputs: readonly Place[]) => Elements,
): Operator {
  return {
    rule,
    anyType: true,
    // Before operator set 7, attributes placed the second operand.
    without: ["axis", "broadcast"],
    require: requireRank,
    keepsImages,
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
  const found: Elements = { operator: OF_INTEGERS[operator], of: operands };
  return call.dtypeOf(call.node.outputs[0]!) === "bool" ? found : wrapped(call, dtype, found);
}

function arithmetic(operator: Arithmetic, rule: OperatorRule = arithmeticRule): Operator {
  return elementwise(rule, (call, inputs) => ofNumbers(call, operator, inputs));
}

/** Bounds that no activation takes: computed ones, and integers. */
function clip(call: LowerCall): Elements {
  const [x, low, high] = call.fused.inputs.map((name) => (name === "" ? undefined : call.lowering.place(name)));
  const above: Elements = low === undefined ? x! : ofNumbers(call, "max", [x!, low]);
  return high === undefined ? above : ofNumbers(call, "min", [above, high]);
}

/** An activation; `activationOf` in `activations.ts` says what it computes. */
function activation(rule: OperatorRule): Operator {
  return { rule, require: requireRank, lower: lowerActivation };
}

/** Arithmetic and activations. */
export const ELEMENTWISE: Readonly<Record<string, Operator>> = {
  Add: arithmetic("add"),
  Sub: arithmetic("sub"),
  Mul: arithmetic("mul"),
  Div: arithmetic("div"),
  Min: arithmetic("min"),
  Max: arithmetic("max"),
  Clip: { ...elementwise(clipRule, clip), without: ["min", "max"] },
  Relu: activation(unaryRule),
  LeakyRelu: activation(alphaRule),
  Elu: activation(alphaRule),
  Sigmoid: activation(floatUnaryRule),
  HardSigmoid: activation(hardSigmoidRule),
  Softplus: activation(floatUnaryRule),
  Tanh: activation(floatUnaryRule),
  Erf: activation(floatUnaryRule),
};
