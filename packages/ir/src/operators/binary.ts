import { readAttribute, readInt } from "../attributes.ts";
import { normalizeAxis } from "../axis.ts";
import { broadcastShapes } from "../broadcast.ts";
import { nodeShapeError } from "../node-errors.ts";
import type { Dim, Node, TypedTensor, ValueType } from "../types.ts";
import {
  describeInput,
  type InferCall,
  inputType,
  MANY,
  type OperatorRule,
  requireDType,
  requireSameDType,
  type RuleTable,
} from "./rule.ts";

/**
 * The second operand's shape as broadcasting sees it. Before opset 7, `axis` tells where in the first operand's shape
 * the second one's begins.
 */
export function alignedShape<D extends Dim>(
  call: { readonly node: Node<TypedTensor>; readonly opset: number },
  a: readonly D[],
  b: readonly D[],
): readonly (D | 1)[] {
  const axis = readAttribute(call.node, "axis", "int");
  if (call.opset >= 7 || axis === undefined || readInt(call.node, "broadcast", 0) === 0) return b;
  const trailing = a.length - normalizeAxis(call.node, axis, a.length) - b.length;
  if (trailing < 0) throw nodeShapeError(call.node, `the second operand does not fit at axis ${axis} of the first`);
  return [...b, ...new Array<1>(trailing).fill(1)];
}

function aligned(call: InferCall): InferCall {
  const a = inputType(call, 0);
  const b = inputType(call, 1);
  return { ...call, inputs: [a, { dtype: b.dtype, shape: alignedShape(call, a.shape, b.shape) }] };
}

// Before opset 7, broadcasting was asked for and placed by attributes.
const LEGACY = { axis: "int", broadcast: "int" } as const;

function inferClip(call: InferCall): readonly ValueType[] {
  requireSameDType(call);
  for (const index of [1, 2]) {
    const bound = call.inputs[index];
    if (bound !== undefined && bound.shape.length !== 0) {
      throw nodeShapeError(call.node, `${describeInput(call, index)}; expected a scalar`);
    }
  }
  return [inputType(call, 0)];
}

/** Before opset 7 a slope of one axis holds one value per channel; since then it broadcasts, one way, to the input. */
export function slopeShape<D extends Dim>(
  call: { readonly opset: number },
  x: readonly D[],
  slope: readonly D[],
): readonly (D | 1)[] {
  if (call.opset >= 7 || slope.length !== 1 || x.length < 2) return slope;
  return [...slope, ...new Array<1>(x.length - 2).fill(1)];
}

function inferPRelu(call: InferCall): readonly ValueType[] {
  requireSameDType(call);
  const x = inputType(call, 0);
  const shape = slopeShape(call, x.shape, inputType(call, 1).shape);
  const result = broadcastShapes({ ...call, inputs: [x, { dtype: x.dtype, shape }] }, [0, 1]);
  if (
    result.length > x.shape.length ||
    result.some((size, axis) => typeof size === "number" && x.shape[axis] === 1 && size > 1)
  ) {
    throw nodeShapeError(call.node, `${describeInput(call, 1)} does not broadcast to ${describeInput(call, 0)}`);
  }
  return [x];
}

/** Add, Sub, Mul and Div: both operands and the result have one type. */
export const arithmeticRule: OperatorRule = {
  inputs: [2, 2],
  attributes: LEGACY,
  infer(call) {
    requireSameDType(call);
    return [{ dtype: inputType(call, 0).dtype, shape: broadcastShapes(aligned(call), [0, 1]) }];
  },
};

/** Pow: the exponent may have a type of its own; the result has the base's. */
export const powRule: OperatorRule = {
  inputs: [2, 2],
  attributes: LEGACY,
  infer: (call) => [{ dtype: inputType(call, 0).dtype, shape: broadcastShapes(aligned(call), [0, 1]) }],
};

const comparisonRule: OperatorRule = {
  inputs: [2, 2],
  attributes: LEGACY,
  infer(call) {
    requireSameDType(call);
    return [{ dtype: "bool", shape: broadcastShapes(aligned(call), [0, 1]) }];
  },
};

const logicRule: OperatorRule = {
  inputs: [2, 2],
  attributes: LEGACY,
  infer(call) {
    for (const index of [0, 1]) requireDType(call, index, ["bool"]);
    return [{ dtype: "bool", shape: broadcastShapes(aligned(call), [0, 1]) }];
  },
};

/** Max, Min, Sum and Mean: any number of operands of one type. */
export const variadicRule: OperatorRule = {
  inputs: [1, MANY],
  infer(call) {
    requireSameDType(call);
    return [{ dtype: inputType(call, 0).dtype, shape: broadcastShapes(call, [...call.inputs.keys()]) }];
  },
};

/** Clip; the bounds are attributes before opset 11. */
export const clipRule: OperatorRule = {
  inputs: [1, 3],
  attributes: { max: "float", min: "float" },
  infer: inferClip,
};

/** Functions of the elements of several tensors, broadcast together (onnx/docs/Operators.md, under each operator's name). */
export const BINARY: RuleTable = {
  Add: arithmeticRule,
  Sub: arithmeticRule,
  Mul: arithmeticRule,
  Div: arithmeticRule,
  Pow: powRule,
  Mod: { ...arithmeticRule, since: 10, attributes: { fmod: "int" } },
  Equal: comparisonRule,
  Greater: comparisonRule,
  Less: comparisonRule,
  GreaterOrEqual: { ...comparisonRule, since: 12 },
  LessOrEqual: { ...comparisonRule, since: 12 },
  And: logicRule,
  Or: logicRule,
  Xor: logicRule,
  Max: variadicRule,
  Min: variadicRule,
  Sum: variadicRule,
  Mean: variadicRule,
  Not: {
    inputs: [1, 1],
    infer(call) {
      requireDType(call, 0, ["bool"]);
      return [inputType(call, 0)];
    },
  },
  Where: {
    since: 9,
    inputs: [3, 3],
    infer(call) {
      requireDType(call, 0, ["bool"]);
      requireSameDType(call, 1);
      return [{ dtype: inputType(call, 1).dtype, shape: broadcastShapes(call, [0, 1, 2]) }];
    },
  },
  Clip: clipRule,
  PRelu: { inputs: [2, 2], infer: inferPRelu },
};
