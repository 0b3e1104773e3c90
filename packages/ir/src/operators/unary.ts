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

function inferBool(call: InferCall): readonly ValueType[] {
  requireFloat(call, 0);
  return [{ dtype: "bool", shape: inputType(call, 0).shape }];
}

/** A function of one float. */
export const floatUnaryRule: OperatorRule = { inputs: [1, 1], infer: inferSameFloat };

/** A function of one number of any type. */
export const unaryRule: OperatorRule = { inputs: [1, 1], infer: inferSameType };

/** A function of one float with the parameter `alpha`: LeakyRelu, Elu and their kin. */
export const alphaRule: OperatorRule = { ...floatUnaryRule, attributes: { alpha: "float" } };

/** HardSigmoid. */
export const hardSigmoidRule: OperatorRule = { ...floatUnaryRule, attributes: { alpha: "float", beta: "float" } };

/** HardSwish. */
export const hardSwishRule: OperatorRule = { ...floatUnaryRule, since: 14 };

/** Erf. */
export const erfRule: OperatorRule = { ...unaryRule, since: 9 };

/** Gelu. */
export const geluRule: OperatorRule = { ...floatUnaryRule, since: 20, attributes: { approximate: "string" } };

const since7: OperatorRule = { ...floatUnaryRule, since: 7 };
const since9: OperatorRule = { ...floatUnaryRule, since: 9 };

/** Functions of one element (onnx/docs/Operators.md, under each operator's name). */
export const UNARY: RuleTable = {
  Relu: unaryRule,
  Abs: unaryRule,
  Neg: unaryRule,
  Sign: { ...unaryRule, since: 9 },
  Sigmoid: floatUnaryRule,
  Tanh: floatUnaryRule,
  Exp: floatUnaryRule,
  Log: floatUnaryRule,
  Sqrt: floatUnaryRule,
  Reciprocal: floatUnaryRule,
  Erf: erfRule,
  Floor: floatUnaryRule,
  Ceil: floatUnaryRule,
  Round: { ...floatUnaryRule, since: 11 },
  Sin: since7,
  Cos: since7,
  Tan: since7,
  Asin: since7,
  Acos: since7,
  Atan: since7,
  Sinh: since9,
  Cosh: since9,
  Asinh: since9,
  Acosh: since9,
  Atanh: since9,
  Softplus: floatUnaryRule,
  Softsign: floatUnaryRule,
  Mish: { ...floatUnaryRule, since: 18 },
  HardSwish: hardSwishRule,
  HardSigmoid: hardSigmoidRule,
  LeakyRelu: alphaRule,
  ThresholdedRelu: { ...alphaRule, since: 10 },
  Elu: alphaRule,
  Celu: { ...alphaRule, since: 12 },
  Selu: { ...floatUnaryRule, attributes: { alpha: "float", gamma: "float" } },
  Swish: { ...alphaRule, since: 24 },
  Shrink: { ...unaryRule, since: 9, attributes: { bias: "float", lambd: "float" } },
  IsNaN: { inputs: [1, 1], since: 9, infer: inferBool },
  IsInf: {
    inputs: [1, 1],
    since: 10,
    attributes: { detect_negative: "int", detect_positive: "int" },
    infer: inferBool,
  },
  Gelu: geluRule,
};
