import {
  alphaRule,
  canonicalArithmeticRule,
  clipRule,
  floatUnaryRule,
  hardSigmoidRule,
  type OperatorRule,
  unaryRule,
} from "@samoyed/ir";
import { binarySteps } from "../copy-steps.ts";
import { elementPlace } from "../element-place.ts";
import { NO_ACTIVATION } from "../lowering.ts";
import { type LowerCall, type Operator, requireRank, type ShapeCall } from "../operator.ts";
import type { Place } from "../places.ts";

/** Functions of two floats that all kernels have. */
type FloatArithmetic = "add" | "sub" | "mul" | "div" | "min" | "max";

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

/** What operators of elements have in common, whatever they compute. */
export const OF_ELEMENTS: Pick<Operator, "without" | "require" | "keepsImages"> = {
  // Before operator set 7, attributes placed the second operand.
  without: ["axis", "broadcast"],
  require: requireRank,
  keepsImages,
};

/** Plans a function of two floats; the node's result has a name and the activation. */
function lowerFloats(
  { fused, shape, lowering }: LowerCall,
  operator: FloatArithmetic,
  { left, right, isResult }: { readonly left: Place; readonly right: Place; readonly isResult: boolean },
): Place {
  const name = isResult ? fused.output : undefined;
  const output = elementPlace(lowering, { ...(name !== undefined && { name }), shape, inputs: [left, right] });
  const activation = isResult ? fused.activation : NO_ACTIVATION;
  lowering.push({
    reads: [left, right],
    writes: output,
    emit: () => binarySteps(operator, { left, right, output }, activation),
  });
  if (isResult) lowering.define(fused.output, output);
  return output;
}

function arithmetic(operator: FloatArithmetic): Operator {
  return {
    ...OF_ELEMENTS,
    rule: canonicalArithmeticRule,
    lower(call) {
      const [left, right] = call.fused.inputs.map((name) => call.lowering.place(name)) as [Place, Place];
      lowerFloats(call, operator, { left, right, isResult: true });
    },
  };
}

/** Bounds that no activation takes: computed ones. */
function lowerClip(call: LowerCall): void {
  const [x, low, high] = call.fused.inputs.map((name) => (name === "" ? undefined : call.lowering.place(name)));
  const isLast = high === undefined;
  const above = low === undefined ? x! : lowerFloats(call, "max", { left: x!, right: low, isResult: isLast });
  if (!isLast) lowerFloats(call, "min", { left: above, right: high, isResult: true });
}

/** An activation; `activationOf` in `activations.ts` says what it computes. */
function activation(rule: OperatorRule): Operator {
  return { rule, require: requireRank, lower: lowerActivation };
}

/** Arithmetic of floats, and activations. */
export const ELEMENTWISE: Readonly<Record<string, Operator>> = {
  Add: arithmetic("add"),
  Sub: arithmetic("sub"),
  Mul: arithmetic("mul"),
  Div: arithmetic("div"),
  Min: arithmetic("min"),
  Max: arithmetic("max"),
  Clip: { ...OF_ELEMENTS, rule: clipRule, without: ["min", "max"], lower: lowerClip },
  Relu: activation(unaryRule),
  LeakyRelu: activation(alphaRule),
  Elu: activation(alphaRule),
  Sigmoid: activation(floatUnaryRule),
  HardSigmoid: activation(hardSigmoidRule),
  Softplus: activation(floatUnaryRule),
  Tanh: activation(floatUnaryRule),
  Erf: activation(floatUnaryRule),
};
