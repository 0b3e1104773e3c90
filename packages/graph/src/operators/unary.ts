import { type InferCall, inputType, type Operator, requireFloat, type ValueType } from "./operator.ts";
import type { Attribute } from "../ir.ts";

function inferSame(call: InferCall): readonly ValueType[] {
  return [inputType(call, 0)];
}

function inferFloat(call: InferCall): readonly ValueType[] {
  requireFloat(call, 0);
  return inferSame(call);
}

function floatOperator(op: string, attributes: Readonly<Record<string, Attribute["type"]>> = {}): Operator {
  return { op, inputs: [1, 1], attributes, infer: inferFloat };
}

function anyOperator(op: string): Operator {
  return { op, inputs: [1, 1], infer: inferSame };
}

/** Functions of one element. */
export const UNARY: readonly Operator[] = [
  anyOperator("Relu"),
  anyOperator("Abs"),
  anyOperator("Neg"),
  anyOperator("Sign"),
  floatOperator("Sigmoid"),
  floatOperator("Tanh"),
  floatOperator("Exp"),
  floatOperator("Log"),
  floatOperator("Sqrt"),
  floatOperator("Reciprocal"),
  anyOperator("Erf"),
  floatOperator("Floor"),
  floatOperator("Ceil"),
  floatOperator("Round"),
  floatOperator("Sin"),
  floatOperator("Cos"),
  floatOperator("Softplus"),
  floatOperator("Softsign"),
  floatOperator("HardSwish"),
  floatOperator("Mish"),
  floatOperator("HardSigmoid", { alpha: "float", beta: "float" }),
  floatOperator("LeakyRelu", { alpha: "float" }),
  floatOperator("ThresholdedRelu", { alpha: "float" }),
  floatOperator("Elu", { alpha: "float" }),
  floatOperator("Celu", { alpha: "float" }),
  floatOperator("Selu", { alpha: "float", gamma: "float" }),
  floatOperator("Gelu", { approximate: "string" }),
];
