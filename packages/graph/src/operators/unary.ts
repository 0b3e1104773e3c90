import { readFloat, readString } from "../attributes.ts";
import type { Attribute, Node } from "../ir.ts";
import { newNumbers, numbers, tensorOf } from "./elements.ts";
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

/** An operator that applies one formula to every element; the formula may depend on the node's attributes. */
function unary(
  op: string,
  formula: (node: Node) => Formula,
  options: { readonly types?: "any"; readonly attributes?: Readonly<Record<string, Attribute["type"]>> } = {},
): Operator {
  return {
    op,
    inputs: [1, 1],
    attributes: options.attributes ?? {},
    infer(call: InferCall): readonly ValueType[] {
      if (options.types !== "any") requireFloat(call, 0);
      return [inputType(call, 0)];
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

/** To the nearest integer, halves to even, as ONNX's Round asks. */
function roundHalfEven(x: number): number {
  const floor = Math.floor(x);
  const rest = x - floor;
  if (rest !== 0.5) return rest < 0.5 ? floor : floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
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
  unary("Sign", () => Math.sign, { types: "any" }),
  unary("Sigmoid", () => sigmoid),
  unary("Tanh", () => Math.tanh),
  unary("Exp", () => Math.exp),
  unary("Log", () => Math.log),
  unary("Sqrt", () => Math.sqrt),
  unary("Reciprocal", () => (x) => 1 / x),
  unary("Erf", () => erf, { types: "any" }),
  unary("Floor", () => Math.floor),
  unary("Ceil", () => Math.ceil),
  unary("Round", () => roundHalfEven),
  unary("Sin", () => Math.sin),
  unary("Cos", () => Math.cos),
  unary("Softplus", () => softplus),
  unary("Softsign", () => (x) => x / (1 + Math.abs(x))),
  unary("Mish", () => (x) => x * Math.tanh(softplus(x))),
  // HardSwish fixes HardSigmoid's alpha at 1/6 and beta at 0.5.
  unary("HardSwish", () => (x) => x * clamp01(x / 6 + 0.5)),
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
    ALPHA,
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
    ALPHA,
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
  unary("Gelu", gelu, { attributes: { approximate: "string" } }),
];
