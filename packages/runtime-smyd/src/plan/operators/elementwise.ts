import { sameShape } from "@samoyed/core";
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
import { type LowerCall, type Operator, requireRank, type ShapeCall } from "../operator.ts";
import type { Place } from "../places.ts";
import type { BinaryOperator } from "../steps.ts";
import { unsupported } from "../unsupported.ts";
import { orderedStrides, viewPlace } from "../views.ts";

/** The place of what is computed element by element: images stay pixels, and elements stay in the order that they have. */
function elementPlace({ fused, shape, lowering }: LowerCall, inputs: readonly Place[]): Place {
  const images = inputs.some(({ layout, shape: own }) => layout === "pixels" && own.length === shape.length);
  const pixels = shape.length === 3 || shape.length === 4 ? images || lowering.isConvolved(fused.output) : false;
  const output = lowering.create(fused.output, shape, pixels ? "pixels" : "plain");
  const whole = inputs.filter((input) => sameShape(input.shape, shape));
  if (pixels || whole.some(({ layout }) => layout === "plain")) return output;
  const [strided] = whole;
  const strides = strided && orderedStrides({ shape, strides: strided.strides! });
  return strides ? viewPlace(output, { shape, strides }) : output;
}

/** An activation that no kernel took along is a copy that applies it. */
export function lowerActivation(call: LowerCall): void {
  const { fused, lowering } = call;
  const input = lowering.place(fused.inputs[0]!);
  const output = elementPlace(call, [input]);
  lowering.copy(input, output, fused.activation);
  lowering.define(fused.output, output);
}

function lowerBinary(call: LowerCall, operator: BinaryOperator): void {
  const { fused, lowering } = call;
  const [left, right] = fused.inputs.map((name) => lowering.place(name)) as [Place, Place];
  const output = elementPlace(call, [left, right]);
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
