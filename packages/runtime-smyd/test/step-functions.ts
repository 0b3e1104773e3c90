import type { BinaryOperator, UnaryOperator } from "../src/plan/steps.ts";
import type { WordType } from "./step-rows.ts";

function floored(rest: number, divisor: number): number {
  return rest !== 0 && rest < 0 !== divisor < 0 ? rest + divisor : rest;
}

/** Functions of two elements, in float64. */
export const BINARY: Readonly<Record<BinaryOperator, (a: number, b: number) => number>> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  min: Math.min,
  max: Math.max,
  pow: Math.pow,
  prelu: (a, b) => (a < 0 ? a * b : a),
  modulo: (a, b) => floored(a % b, b),
  remainder: (a, b) => a % b,
  equal: (a, b) => Number(a === b),
  unequal: (a, b) => Number(a !== b),
  less: (a, b) => Number(a < b),
  "less-equal": (a, b) => Number(a <= b),
  and: (a, b) => a & b,
  or: (a, b) => a | b,
  xor: (a, b) => a ^ b,
  "int-add": (a, b) => a + b,
  "int-sub": (a, b) => a - b,
  "int-mul": Math.imul,
  "int-div": (a, b) => Math.trunc(a / b),
  "int-min": Math.min,
  "int-max": Math.max,
  "int-equal": (a, b) => Number(a === b),
  "int-less": (a, b) => Number(a < b),
  "int-less-equal": (a, b) => Number(a <= b),
  "int-modulo": (a, b) => floored(a % b, b),
  "int-remainder": (a, b) => a % b,
};

/** The types of the operands and of the result. */
export function binaryTypes(operator: BinaryOperator): readonly [WordType, WordType] {
  if (operator.startsWith("int-") || ["and", "or", "xor"].includes(operator)) return ["integer", "integer"];
  return ["float", ["equal", "unequal", "less", "less-equal"].includes(operator) ? "integer" : "float"];
}

function roundHalfEven(x: number): number {
  const nearest = Math.round(x);
  return Math.abs(nearest - x) === 0.5 && nearest % 2 !== 0 ? nearest - 1 : nearest;
}

/** Functions of one element, in float64. */
export const UNARY: Readonly<Record<UnaryOperator, (x: number) => number>> = {
  neg: (x) => -x,
  abs: Math.abs,
  sqrt: Math.sqrt,
  floor: Math.floor,
  ceil: Math.ceil,
  round: roundHalfEven,
  sign: Math.sign,
  "to-float": (x) => x,
  "to-int": (x) => Math.min(2 ** 31 - 1, Math.max(-(2 ** 31), Math.trunc(x))),
  "int-abs": Math.abs,
  exp: Math.exp,
  log: Math.log,
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
  asin: Math.asin,
  acos: Math.acos,
  atan: Math.atan,
  sinh: Math.sinh,
  cosh: Math.cosh,
  asinh: Math.asinh,
  acosh: Math.acosh,
  atanh: Math.atanh,
};

/** The types of the operand and of the result. */
export function unaryTypes(operator: UnaryOperator): readonly [WordType, WordType] {
  if (operator === "to-float") return ["integer", "float"];
  if (operator === "to-int") return ["float", "integer"];
  return operator === "int-abs" ? ["integer", "integer"] : ["float", "float"];
}
