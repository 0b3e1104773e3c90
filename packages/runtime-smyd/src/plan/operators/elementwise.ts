import { formatShape, type Shape } from "@samoyed/core";
import type { SmydNode } from "@samoyed/smyd-file";
import type { BinaryOperator } from "../steps.ts";
import { binarySteps } from "../copy-steps.ts";
import { MAX_RANK } from "../limits.ts";
import { misfit, unsupported } from "../node.ts";
import { type LowerCall, type Operator, shapeOf, type ShapeCall } from "../operator.ts";
import type { Place } from "../places.ts";

/** The shape that two broadcast to; @throws ShapeError when they do not. */
export function broadcastShapes(node: SmydNode, a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  if (rank > MAX_RANK) throw unsupported(node, `has an input of ${rank} axes; up to ${MAX_RANK} are planned`);
  const at = (shape: Shape, axis: number): number => shape[axis - rank + shape.length] ?? 1;
  return Array.from({ length: rank }, (_, axis) => {
    const [left, right] = [at(a, axis), at(b, axis)];
    if (left !== right && left !== 1 && right !== 1) {
      throw misfit(node, `shapes ${formatShape(a)} and ${formatShape(b)} do not broadcast`);
    }
    return left === 1 ? right : left;
  });
}

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
  lowering.push({
    reads: [left, right],
    writes: output,
    emit: () => binarySteps(operator, { left, right, output }, fused.activation),
  });
  lowering.define(fused.output, output);
}

function requireRank(node: SmydNode, shape: Shape): Shape {
  if (shape.length > MAX_RANK)
    throw unsupported(node, `has an input of ${shape.length} axes; up to ${MAX_RANK} are planned`);
  return shape;
}

/** Whether every operand that is a batch has its images where the result has them. */
function keepsImages({ inputs, batched }: ShapeCall): boolean {
  const rank = Math.max(...inputs.map((shape) => shape?.length ?? 0));
  return inputs.every((shape, index) => !batched[index] || shape?.length === rank);
}

function binary(operator: BinaryOperator): Operator {
  return {
    inputs: [2, 2],
    attributes: [],
    shape: (call) => broadcastShapes(call.node, shapeOf(call, 0), shapeOf(call, 1)),
    keepsImages,
    lower: (call) => lowerBinary(call, operator),
  };
}

/** What an activation computes is `activationOf` in `activations.ts`. */
function activation(attributes: readonly string[] = [], inputs: readonly [number, number] = [1, 1]): Operator {
  return {
    inputs,
    attributes,
    shape: (call) => requireRank(call.node, shapeOf(call, 0)),
    lower: lowerActivation,
  };
}

/** What is computed element by element. */
export const ELEMENTWISE: Readonly<Record<string, Operator>> = {
  Add: binary("add"),
  Sub: binary("sub"),
  Mul: binary("mul"),
  Div: binary("div"),
  Pow: binary("pow"),
  Min: binary("min"),
  Max: binary("max"),
  Relu: activation(),
  Clip: activation([], [1, 3]),
  LeakyRelu: activation(["alpha"]),
  Sigmoid: activation(),
  HardSigmoid: activation(["alpha", "beta"]),
  Tanh: activation(),
  Erf: activation(),
};
