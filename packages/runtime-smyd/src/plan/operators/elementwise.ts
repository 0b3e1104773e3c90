import {
  alphaRule,
  arithmeticRule,
  clipRule,
  floatUnaryRule,
  hardSigmoidRule,
  type OperatorRule,
  powRule,
  unaryRule,
} from "@samoyed/ir";
import { binarySteps } from "../copy-steps.ts";
import { elementPlace } from "../element-place.ts";
import { type LowerCall, type Operator, requireRank, type ShapeCall } from "../operator.ts";
import type { Place } from "../places.ts";
import type { BinaryOperator } from "../steps.ts";
import { unsupported } from "../unsupported.ts";

/** An activation that no kernel took along is a copy that applies it. */
export function lowerActivation({ fused, shape, lowering }: LowerCall): void {
  const input = lowering.place(fused.inputs[0]!);
  const output = elementPlace(lowering, { name: fused.output, shape, inputs: [input] });
  lowering.copy(input, output, fused.activation);
  lowering.define(fused.output, output);
}

function lowerBinary({ fused, shape, lowering }: LowerCall, operator: BinaryOperator): void {
  const [left, right] = fused.inputs.map((name) => lowering.place(name)) as [Place, Place];
  const output = elementPlace(lowering, { name: fused.output, shape, inputs: [left, right] });
  lowering.give(fused.output, {
    reads: [left, right],
    writes: output,
    emit: () => binarySteps(operator, { left, right, output }, fused.activation),
  });
}

/** Whether every operand that is a batch has its images where the result has them. */
function keepsImages({ inputs, batched }: ShapeCall): boolean {
  const rank = Math.max(...inputs.map((type) => type?.shape.length ?? 0));
  return inputs.every((type, index) => !batched[index] || type?.shape.length === rank);
}

function binary(operator: BinaryOperator, rule: OperatorRule = arithmeticRule): Operator {
  return {
    rule,
    // Before operator set 7, attributes placed the second operand.
    without: ["axis", "broadcast"],
    require(call) {
      requireRank(call);
      // Of all these, ONNX lets Pow's exponent alone have a type of its own.
      const other = call.inputs.find((type) => type?.dtype !== "float32");
      if (other !== undefined) throw unsupported(call.node, `computes with ${other.dtype}; only float32 is planned`);
    },
    keepsImages,
    lower: (call) => lowerBinary(call, operator),
  };
}

/** An activation; `activationOf` in `activations.ts` says what it computes. */
function activation(rule: OperatorRule): Operator {
  return { rule, require: requireRank, lower: lowerActivation };
}

/** Operators that compute element by element. */
export const ELEMENTWISE: Readonly<Record<string, Operator>> = {
  Add: binary("add"),
  Sub: binary("sub"),
  Mul: binary("mul"),
  Div: binary("div"),
  Pow: binary("pow", powRule),
  Min: binary("min"),
  Max: binary("max"),
  Relu: activation(unaryRule),
  Clip: { ...activation(clipRule), without: ["min", "max"] },
  LeakyRelu: activation(alphaRule),
  Sigmoid: activation(floatUnaryRule),
  HardSigmoid: activation(hardSigmoidRule),
  Tanh: activation(floatUnaryRule),
  Erf: activation(floatUnaryRule),
};
