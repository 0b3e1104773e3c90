import type { Shape } from "@samoyed/core";
import {
  alphaRule,
  clipRule,
  floatUnaryRule,
  geluRule,
  hardSigmoidRule,
  type OperatorRule,
  unaryRule,
  variadicRule,
} from "@samoyed/ir";
import { binarySteps } from "../copy-steps.ts";
import { type LowerCall, type Operator, requireRank, type ShapeCall } from "../operator.ts";
import type { Place } from "../places.ts";
import type { BinaryOperator } from "../steps.ts";
import { unsupported } from "../unsupported.ts";

/** The layout of what is computed element by element: images stay pixels, and so do signals that are. */
function elementLayout(shape: Shape, inputs: readonly Place[]): Place["layout"] {
  if (shape.length === 4) return "pixels";
  const images = inputs.some(({ layout, shape: own }) => layout === "pixels" && own.length === shape.length);
  return shape.length === 3 && images ? "pixels" : "plain";
}

/** An activation that no kernel took along is a copy that applies it. */
export function lowerActivation({ fused, shape, lowering }: LowerCall): void {
  const input = lowering.place(fused.inputs[0]!);
  const output = lowering.create(fused.output, shape, elementLayout(shape, [input]));
  lowering.copy(input, output, fused.activation);
  lowering.define(fused.output, output);
}

function lowerBinary({ fused, shape, lowering }: LowerCall, operator: BinaryOperator): void {
  const [left, right] = fused.inputs.map((name) => lowering.place(name)) as [Place, Place];
  const output = lowering.create(fused.output, shape, elementLayout(shape, [left, right]));
  lowering.give(fused.output, {
    reads: [left, right],
    writes: output,
    emit: () => binarySteps(operator, { left, right, output }, fused.activation),
  });
}

/** Min and Max of one operand are that operand, of three a chain. */
function lowerMany(call: LowerCall, operator: "min" | "max"): void {
  const { fused, shape, lowering } = call;
  if (fused.inputs.length === 1) {
    lowerActivation(call);
    return;
  }
  const places = fused.inputs.map((name) => lowering.place(name));
  const layout = elementLayout(shape, places);
  let left = places[0]!;
  for (const [index, right] of places.slice(1).entries()) {
    const last = index === places.length - 2;
    const output = last ? lowering.create(fused.output, shape, layout) : lowering.temporary(shape, layout);
    const [operand, activation] = [left, last ? fused.activation : ({ kind: "none" } as const)];
    lowering.push({
      reads: [operand, right],
      writes: output,
      emit: () => binarySteps(operator, { left: operand, right, output }, activation),
    });
    left = output;
  }
  lowering.define(fused.output, left);
}

/** Whether every operand that is a batch has its images where the result has them. */
function keepsImages({ inputs, batched }: ShapeCall): boolean {
  const rank = Math.max(...inputs.map((type) => type?.shape.length ?? 0));
  return inputs.every((type, index) => !batched[index] || type?.shape.length === rank);
}

function binary(operator: BinaryOperator): Operator {
  return {
    // As since opset 7: before, attributes placed the second operand, and a node that has them is refused.
    rule: { ...variadicRule, inputs: [2, 2] },
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

/** Most operands of one node: each takes a step, and a buffer. */
const MAX_OPERANDS = 64;

function many(operator: "min" | "max"): Operator {
  return {
    rule: variadicRule,
    require(call) {
      const { node, inputs } = call;
      if (inputs.length > MAX_OPERANDS) {
        throw unsupported(node, `has ${inputs.length} operands; up to ${MAX_OPERANDS} are planned`);
      }
      requireRank(call);
    },
    keepsImages,
    lower: (call) => lowerMany(call, operator),
  };
}

/** What an activation computes is `activationOf` in `activations.ts`. */
function activation(rule: OperatorRule): Operator {
  return { rule, require: requireRank, lower: lowerActivation };
}

/** What is computed element by element. */
export const ELEMENTWISE: Readonly<Record<string, Operator>> = {
  Add: binary("add"),
  Sub: binary("sub"),
  Mul: binary("mul"),
  Div: binary("div"),
  Pow: binary("pow"),
  Min: many("min"),
  Max: many("max"),
  Relu: activation(unaryRule),
  Clip: activation(clipRule),
  LeakyRelu: activation(alphaRule),
  Sigmoid: activation(floatUnaryRule),
  HardSigmoid: activation(hardSigmoidRule),
  HardSwish: activation(floatUnaryRule),
  Tanh: activation(floatUnaryRule),
  Erf: activation(floatUnaryRule),
  Gelu: activation(geluRule),
};
