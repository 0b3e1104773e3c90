import { broadcastShapes, requireBroadcastTo } from "../broadcast.ts";
import type { Dim, ValueType } from "../types.ts";
import { arithmeticRule, broadcastAligned, inferArithmetic, LEGACY_BROADCAST } from "./arithmetic.ts";
import { clipRule } from "./clip.ts";
import {
  type InferCall,
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

function broadcastAll(call: InferCall): readonly Dim[] {
  return broadcastShapes(
    call,
    call.inputs.map((_, index) => inputType(call, index).shape),
  );
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

function inferComparison(call: InferCall): readonly ValueType[] {
  requireSameDType(call);
  return [{ dtype: "bool", shape: broadcastAligned(call) }];
}

/** Rule of Pow: the exponent may have its own type; the result has the base's. */
export const powRule: OperatorRule = {
  inputs: [2, 2],
  attributes: LEGACY_BROADCAST,
  infer: (call) => [{ dtype: inputType(call, 0).dtype, shape: broadcastAligned(call) }],
};

const comparisonRule: OperatorRule = { inputs: [2, 2], attributes: LEGACY_BROADCAST, infer: inferComparison };

const logicRule: OperatorRule = {
  inputs: [2, 2],
  attributes: LEGACY_BROADCAST,
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
  GreaterOrEqual: { since: 12, inputs: [2, 2], attributes: LEGACY_BROADCAST, infer: inferComparison },
  LessOrEqual: { since: 12, inputs: [2, 2], attributes: LEGACY_BROADCAST, infer: inferComparison },
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
