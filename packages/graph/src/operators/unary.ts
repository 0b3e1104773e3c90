import type { DType } from "@samoyed/core";
import { readFloat, readInt, readString } from "../attributes.ts";
import type { Attribute, Node } from "../ir.ts";
import { newNumbers, numbers, roundHalfEven, tensorOf } from "./elements.ts";
import { erf, erfc } from "./erf.ts";
import {
  type InferCall,
  inputTensor,
  inputType,
  malformed,
  type Operator,
  outputType,
  requireFloat,
  type ValueType,
} from "./operator.ts";

type Formula = (x: number) => number;

interface UnaryOptions {
  readonly since?: number;
  /** `any` where integers are allowed too. */
  readonly types?: "any";
  /** The result's type, where it is not the operand's. */
  readonly result?: DType;
  readonly attributes?: Readonly<Record<string, Attribute["type"]>>;
}

/** An operator that applies one formula to every element; the formula may depend on the node's attributes. */
function unary(op: string, formula: (node: Node) => Formula, options: UnaryOptions = {}): Operator {
  return {
    op,
    ...(options.since !== undefined && { since: options.since }),
    inputs: [1, 1],
    attributes: options.attributes ?? {},
    infer(call: InferCall): readonly ValueType[] {
      if (options.types !== "any") requireFloat(call, 0);
      const type = inputType(call, 0);
      return [{ ...type, dtype: options.result ?? type.dtype }];
    },
    interpret(call) {
      const x = numbers(inputTensor(call, 0));
      const y = newNumbers(outputType(call));
      const f = formula(call.node);
      for (let index = 0; index < y.length; index++) y[index] = f(x[index]!);
      return [tensorOf(outputType(call), y)];
    },
  };
}

function clamp01(x: number): number {
  return Math.max(0, Math.min(1, x));
}

function sigmoid(x: number): number {
  // Both forms are 1 / (1 + exp(-x)); each keeps its exponential from overflowing.
  return x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x));
}

function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}

function gelu(node: Node): Formula {
  const approximate = readString(node, "approximate", "none");
  if (approximate === "none") return (x) => 0.5 * x * erfc(-x / Math.SQRT2);
  if (approximate === "tanh") {
    return (x) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
  }
  throw malformed({ node }, `attribute "approximate" is "${approximate}"; expected none or tanh`);
}

const ALPHA = { attributes: { alpha: "float" } } as const;

/** Functions of one element; each formula is the one in onnx/docs/Operators.md under the operator's name. */
export const UNARY: readonly Operator[] = [
  unary("Relu", () => (x) => Math.max(0, x), { types: "any" }),
  unary("Abs", () => Math.abs, { types: "any" }),
  unary("Neg", () => (x) => -x, { types: "any" }),
  unary("Sign", () => Math.sign, { since: 9, types: "any" }),
  unary("Sigmoid", () => sigmoid),
  unary("Tanh", () => Math.tanh),
  unary("Exp", () => Math.exp),
  unary("Log", () => Math.log),
  unary("Sqrt", () => Math.sqrt),
  unary("Reciprocal", () => (x) => 1 / x),
  unary("Erf", () => erf, { since: 9, types: "any" }),
  unary("Floor", () => Math.floor),
  unary("Ceil", () => Math.ceil),
  unary("Round", () => roundHalfEven, { since: 11 }),
  unary("Sin", () => Math.sin, { since: 7 }),
  unary("Cos", () => Math.cos, { since: 7 }),
  unary("Tan", () => Math.tan, { since: 7 }),
  unary("Asin", () => Math.asin, { since: 7 }),
  unary("Acos", () => Math.acos, { since: 7 }),
  unary("Atan", () => Math.atan, { since: 7 }),
  unary("Sinh", () => Math.sinh, { since: 9 }),
  unary("Cosh", () => Math.cosh, { since: 9 }),
  unary("Asinh", () => Math.asinh, { since: 9 }),
  unary("Acosh", () => Math.acosh, { since: 9 }),
  unary("Atanh", () => Math.atanh, { since: 9 }),
  unary("Softplus", () => softplus),
  unary("Softsign", () => (x) => x / (1 + Math.abs(x))),
  unary("Mish", () => (x) => x * Math.tanh(softplus(x)), { since: 18 }),
  // HardSwish fixes HardSigmoid's alpha at 1/6 and beta at 0.5.
  unary("HardSwish", () => (x) => x * clamp01(x / 6 + 0.5), { since: 14 }),
  unary(
    "HardSigmoid",
    (node) => {
      const alpha = readFloat(node, "alpha", 0.2);
      const beta = readFloat(node, "beta", 0.5);
      return (x) => clamp01(alpha * x + beta);
    },
    { attributes: { alpha: "float", beta: "float" } },
  ),
  unary(
    "LeakyRelu",
    (node) => {
      const alpha = readFloat(node, "alpha", 0.01);
      return (x) => (x < 0 ? alpha * x : x);
    },
    ALPHA,
  ),
  unary(
    "ThresholdedRelu",
    (node) => {
      const alpha = readFloat(node, "alpha", 1);
      return (x) => (x > alpha ? x : 0);
    },
    { since: 10, ...ALPHA },
  ),
  unary(
    "Elu",
    (node) => {
      const alpha = readFloat(node, "alpha", 1);
      return (x) => (x < 0 ? alpha * Math.expm1(x) : x);
    },
    ALPHA,
  ),
  unary(
    "Celu",
    (node) => {
      const alpha = readFloat(node, "alpha", 1);
      return (x) => Math.max(0, x) + Math.min(0, alpha * Math.expm1(x / alpha));
    },
    { since: 12, ...ALPHA },
  ),
  unary(
    "Selu",
    (node) => {
      // The defaults are ONNX's decimals, rounded to float32 as the standard writes them.
      const alpha = readFloat(node, "alpha", 1.67326319217681884765625);
      const gamma = readFloat(node, "gamma", 1.05070102214813232421875);
      return (x) => gamma * (x > 0 ? x : alpha * Math.expm1(x));
    },
    { attributes: { alpha: "float", gamma: "float" } },
  ),
  unary(
    "Swish",
    (node) => {
      const alpha = readFloat(node, "alpha", 1);
      return (x) => x * sigmoid(alpha * x);
    },
    { since: 24, ...ALPHA },
  ),
  unary(
    "Shrink",
    (node) => {
      const bias = readFloat(node, "bias", 0);
      const lambda = readFloat(node, "lambd", 0.5);
      return (x) => (x < -lambda ? x + bias : x > lambda ? x - bias : 0);
    },
    { since: 9, types: "any", attributes: { bias: "float", lambd: "float" } },
  ),
  unary("IsNaN", () => (x) => Number(Number.isNaN(x)), { since: 9, result: "bool" }),
  unary(
    "IsInf",
    (node) => {
      const positive = readInt(node, "detect_positive", 1) !== 0;
      const negative = readInt(node, "detect_negative", 1) !== 0;
      return (x) => Number((positive && x === Infinity) || (negative && x === -Infinity));
    },
    { since: 10, result: "bool", attributes: { detect_negative: "int", detect_positive: "int" } },
  ),
  unary("Gelu", gelu, { since: 20, attributes: { approximate: "string" } }),
];
