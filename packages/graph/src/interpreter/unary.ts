import type { Tensor } from "@samoyed/core";
import { type Node, nodeFormatError, numbers, readFloat, readInt, readString } from "@samoyed/ir";
import { roundHalfEven, tensorOf } from "./elements.ts";
import { erf, erfc } from "./erf.ts";
import { inputTensor, type Interpret, type InterpretCall, type InterpreterTable, outputType } from "./interpreter.ts";

type Formula = (x: number) => number;

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
  throw nodeFormatError(node, `attribute "approximate" is "${approximate}"; expected none or tanh`);
}

/**
 * Each formula is the one in onnx/docs/Operators.md under the operator's name; it may depend on the node's attributes.
 */
const FORMULAS: Readonly<Record<string, (node: Node) => Formula>> = {
  Relu: () => (x) => Math.max(0, x),
  Abs: () => Math.abs,
  Neg: () => (x) => -x,
  Sign: () => Math.sign,
  Sigmoid: () => sigmoid,
  Tanh: () => Math.tanh,
  Exp: () => Math.exp,
  Log: () => Math.log,
  Sqrt: () => Math.sqrt,
  Reciprocal: () => (x) => 1 / x,
  Erf: () => erf,
  Floor: () => Math.floor,
  Ceil: () => Math.ceil,
  Round: () => roundHalfEven,
  Sin: () => Math.sin,
  Cos: () => Math.cos,
  Tan: () => Math.tan,
  Asin: () => Math.asin,
  Acos: () => Math.acos,
  Atan: () => Math.atan,
  Sinh: () => Math.sinh,
  Cosh: () => Math.cosh,
  Asinh: () => Math.asinh,
  Acosh: () => Math.acosh,
  Atanh: () => Math.atanh,
  Softplus: () => softplus,
  Softsign: () => (x) => x / (1 + Math.abs(x)),
  Mish: () => (x) => x * Math.tanh(softplus(x)),
  // HardSwish fixes HardSigmoid's alpha at 1/6 and beta at 0.5.
  HardSwish: () => (x) => x * clamp01(x / 6 + 0.5),
  HardSigmoid: (node) => {
    const alpha = readFloat(node, "alpha", 0.2);
    const beta = readFloat(node, "beta", 0.5);
    return (x) => clamp01(alpha * x + beta);
  },
  LeakyRelu: (node) => {
    const alpha = readFloat(node, "alpha", 0.01);
    return (x) => (x < 0 ? alpha * x : x);
  },
  ThresholdedRelu: (node) => {
    const alpha = readFloat(node, "alpha", 1);
    return (x) => (x > alpha ? x : 0);
  },
  Elu: (node) => {
    const alpha = readFloat(node, "alpha", 1);
    return (x) => (x < 0 ? alpha * Math.expm1(x) : x);
  },
  Celu: (node) => {
    const alpha = readFloat(node, "alpha", 1);
    return (x) => Math.max(0, x) + Math.min(0, alpha * Math.expm1(x / alpha));
  },
  Selu: (node) => {
    // The defaults are ONNX's decimals, rounded to float32 as the standard writes them.
    const alpha = readFloat(node, "alpha", 1.67326319217681884765625);
    const gamma = readFloat(node, "gamma", 1.05070102214813232421875);
    return (x) => gamma * (x > 0 ? x : alpha * Math.expm1(x));
  },
  Swish: (node) => {
    const alpha = readFloat(node, "alpha", 1);
    return (x) => x * sigmoid(alpha * x);
  },
  Shrink: (node) => {
    const bias = readFloat(node, "bias", 0);
    const lambda = readFloat(node, "lambd", 0.5);
    return (x) => (x < -lambda ? x + bias : x > lambda ? x - bias : 0);
  },
  IsNaN: () => (x) => Number(Number.isNaN(x)),
  IsInf: (node) => {
    const positive = readInt(node, "detect_positive", 1) !== 0;
    const negative = readInt(node, "detect_negative", 1) !== 0;
    return (x) => Number((positive && x === Infinity) || (negative && x === -Infinity));
  },
  Gelu: gelu,
};

function interpretUnary(call: InterpretCall, formula: Formula): readonly Tensor[] {
  const type = outputType(call);
  return [
    tensorOf(
      type,
      Float64Array.from(numbers(inputTensor(call, 0)), (x) => formula(x)),
    ),
  ];
}

/** Functions of one element. */
export const UNARY: InterpreterTable = Object.fromEntries(
  Object.entries(FORMULAS).map(([op, formula]): [string, Interpret] => [
    op,
    (call) => interpretUnary(call, formula(call.node)),
  ]),
);
