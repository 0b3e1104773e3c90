import { readAttribute, readInt } from "../attributes.ts";
import { normalizeAxis } from "../axis.ts";
import { broadcastShapes, requireBroadcastTo } from "../broadcast.ts";
import { nodeShapeError } from "../node-errors.ts";
import type { Dim, Node, TypedTensor, ValueType } from "../types.ts";
import {
  type InferCall,
  inputError,
  inputType,
  MANY,
  type OperatorRule,
  requireDType,
  requireSameDType,
  type RuleTable,
} from "./rule.ts";
import {
  addedDims,
  chosenDims,
  dividedDims,
  equalDims,
  largerDims,
  multipliedDims,
  restDims,
  smallerDims,
  subtractedDims,
} from "./size-arithmetic.ts";

/**
 * Aligns the second operand's shape for broadcasting. Before opset 7, `axis` is the axis of the first operand's shape
 * where the second one's begins.
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

function broadcastAligned(call: InferCall): readonly Dim[] {
  const { shape } = inputType(call, 0);
  return broadcastShapes(call, [shape, alignedShape(call, shape, inputType(call, 1).shape)]);
}

function broadcastAll(call: InferCall): readonly Dim[] {
  return broadcastShapes(
    call,
    call.inputs.map((_, index) => inputType(call, index).shape),
  );
}

// Before opset 7, attributes requested and aligned broadcasting.
const LEGACY = { axis: "int", broadcast: "int" } as const;

function inferClip(call: InferCall): readonly ValueType[] {
  requireSameDType(call);
  for (const index of [1, 2]) {
    const bound = call.inputs[index];
    if (bound !== undefined && bound.shape.length !== 0) {
      throw inputError(call, index, "a scalar");
    }
  }
  return [inputType(call, 0)];
}

/** Aligns a slope's shape: before opset 7 a slope of one axis has one value per channel; since then it broadcasts to the input in one direction. */
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
  requireBroadcastTo(call, 1, { shape, target: x.shape });
  return [x];
}

function inferArithmetic(call: InferCall): readonly ValueType[] {
  requireSameDType(call);
  return [{ dtype: inputType(call, 0).dtype, shape: broadcastAligned(call) }];
}

/** Rule of Add, Sub, Mul and Div: both operands and the result have one type. */
export const arithmeticRule: OperatorRule = { inputs: [2, 2], attributes: LEGACY, infer: inferArithmetic };

function inferComparison(call: InferCall): readonly ValueType[] {
  requireSameDType(call);
  return [{ dtype: "bool", shape: broadcastAligned(call) }];
}

/** Rule of Pow: the exponent may have its own type; the result has the base's. */
export const powRule: OperatorRule = {
  inputs: [2, 2],
  attributes: LEGACY,
  infer: (call) => [{ dtype: inputType(call, 0).dtype, shape: broadcastAligned(call) }],
};

const comparisonRule: OperatorRule = { inputs: [2, 2], attributes: LEGACY, infer: inferComparison };

const logicRule: OperatorRule = {
  inputs: [2, 2],
  attributes: LEGACY,
  infer(call) {
    for (const index of [0, 1]) requireDType(call, index, ["bool"]);
    return [{ dtype: "bool", shape: broadcastAligned(call) }];
  },
};

/** Rule of Max, Min, Sum and Mean: any number of operands of one type. */
export const variadicRule: OperatorRule = {
  inputs: [1, MANY],
  infer(call) {
    requireSameDType(call);
    return [{ dtype: inputType(call, 0).dtype, shape: broadcastAll(call) }];
  },
};

/** Rule of Clip; the bounds are attributes before opset 11. */
export const clipRule: OperatorRule = {
  inputs: [1, 3],
  attributes: { max: "float", min: "float" },
  infer: inferClip,
};

/** Elementwise functions of several broadcast tensors (onnx/docs/Operators.md, under each operator's name). */
export const BINARY: RuleTable = {
  Add: { ...arithmeticRule, inferDims: addedDims },
  Sub: { ...arithmeticRule, inferDims: subtractedDims },
  Mul: { ...arithmeticRule, inferDims: multipliedDims },
  Div: { ...arithmeticRule, inferDims: dividedDims },
  Pow: powRule,
  Mod: { since: 10, inputs: [2, 2], attributes: { fmod: "int" }, infer: inferArithmetic, inferDims: restDims },
  Equal: { ...comparisonRule, inferDims: equalDims },
  Greater: comparisonRule,
  Less: comparisonRule,
  GreaterOrEqual: { since: 12, inputs: [2, 2], attributes: LEGACY, infer: inferComparison },
  LessOrEqual: { since: 12, inputs: [2, 2], attributes: LEGACY, infer: inferComparison },
  And: logicRule,
  Or: logicRule,
  Xor: logicRule,
  Max: { ...variadicRule, inferDims: largerDims },
  Min: { ...variadicRule, inferDims: smallerDims },
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
      return [{ dtype: inputType(call, 1).dtype, shape: broadcastAll(call) }];
    },
    inferDims: chosenDims,
  },
  Clip: clipRule,
  PRelu: { inputs: [2, 2], infer: inferPRelu },
};
