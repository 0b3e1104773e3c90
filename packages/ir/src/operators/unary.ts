import type { ValueType } from "../types.ts";
import {
  type InferCall,
  inferSameFloat,
  inferSameType,
  inputType,
  type OperatorRule,
  requireFloat,
  type RuleTable,
} from "./rule.ts";
import { alphaRule, floatUnaryRule, hardSigmoidRule, unaryRule } from "./unary-rules.ts";

function inferBool(call: InferCall): readonly ValueType[] {
  requireFloat(call, 0);
  return [{ dtype: "bool", shape: inputType(call, 0).shape }];
}

/** Rule of Gelu. */
export const geluRule: OperatorRule = {
  since: 20,
  inputs: [1, 1],
  attributes: { approximate: "string" },
  infer: inferSameFloat,
};

// Literals, not copies of one another, so that a bundler can drop the unused ones.
const trigonometricRule: OperatorRule = { since: 7, inputs: [1, 1], infer: inferSameFloat };
const hyperbolicRule: OperatorRule = { since: 9, inputs: [1, 1], infer: inferSameFloat };

/** Functions of one element (onnx/docs/Operators.md, under each operator's name). */
export const UNARY: RuleTable = {
  Relu: unaryRule,
  Abs: unaryRule,
  Neg: unaryRule,
  Sign: { since: 9, inputs: [1, 1], infer: inferSameType },
  Sigmoid: floatUnaryRule,
  Tanh: floatUnaryRule,
  Exp: floatUnaryRule,
  Log: floatUnaryRule,
  Sqrt: floatUnaryRule,
  Reciprocal: floatUnaryRule,
  Erf: { since: 9, inputs: [1, 1], infer: inferSameType },
  Floor: floatUnaryRule,
  Ceil: floatUnaryRule,
  Round: { since: 11, inputs: [1, 1], infer: inferSameFloat },
  Sin: trigonometricRule,
  Cos: trigonometricRule,
  Tan: trigonometricRule,
  Asin: trigonometricRule,
  Acos: trigonometricRule,
  Atan: trigonometricRule,
  Sinh: hyperbolicRule,
  Cosh: hyperbolicRule,
  Asinh: hyperbolicRule,
  Acosh: hyperbolicRule,
  Atanh: hyperbolicRule,
  Softplus: floatUnaryRule,
  Softsign: floatUnaryRule,
  Mish: { since: 18, inputs: [1, 1], infer: inferSameFloat },
  HardSwish: { since: 14, inputs: [1, 1], infer: inferSameFloat },
  HardSigmoid: hardSigmoidRule,
  LeakyRelu: alphaRule,
  ThresholdedRelu: { since: 10, inputs: [1, 1], attributes: { alpha: "float" }, infer: inferSameFloat },
  Elu: alphaRule,
  Celu: { since: 12, inputs: [1, 1], attributes: { alpha: "float" }, infer: inferSameFloat },
  Selu: { inputs: [1, 1], attributes: { alpha: "float", gamma: "float" }, infer: inferSameFloat },
  Swish: { since: 24, inputs: [1, 1], attributes: { alpha: "float" }, infer: inferSameFloat },
  Shrink: { since: 9, inputs: [1, 1], attributes: { bias: "float", lambd: "float" }, infer: inferSameType },
  IsNaN: { inputs: [1, 1], since: 9, infer: inferBool },
  IsInf: {
    inputs: [1, 1],
    since: 10,
    attributes: { detect_negative: "int", detect_positive: "int" },
    infer: inferBool,
  },
  Gelu: geluRule,
};
