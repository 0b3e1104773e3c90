import type { Tensor } from "@samoyed/core";
import { alignedShape, nodeFormatError, numbers, readAttribute, readInt, slopeShape } from "@samoyed/ir";
import { isInteger, newNumbers, tensorOf } from "./elements.ts";
import { inputTensor, type Interpret, type InterpretCall, type InterpreterTable, outputType } from "./interpreter.ts";
import { broadcastOffsets } from "./positions.ts";

type Formula = (a: number, b: number) => number;

function interpretBinary(call: InterpretCall, formula: Formula): readonly Tensor[] {
  const a = inputTensor(call, 0);
  const b = inputTensor(call, 1);
  const type = outputType(call);
  const [x, y, z] = [numbers(a), numbers(b), newNumbers(type)];
  const fromA = broadcastOffsets(a.shape, type.shape);
  const fromB = broadcastOffsets(alignedShape(call, a.shape, b.shape), type.shape);
  for (let index = 0; index < z.length; index++) z[index] = formula(x[fromA[index]!]!, y[fromB[index]!]!);
  return [tensorOf(type, z)];
}

function arithmetic(formula: (call: InterpretCall) => Formula): Interpret {
  return (call) => interpretBinary(call, formula(call));
}

function multiply(call: InterpretCall): Formula {
  if (!isInteger(outputType(call).dtype)) return (a, b) => a * b;
  return (a, b) => {
    const product = a * b;
    if (!Number.isSafeInteger(product))
      throw nodeFormatError(call.node, `the product ${a} × ${b} is not exact in a double`);
    return product;
  };
}

/** Integers divide toward zero. */
function divide(call: InterpretCall): Formula {
  if (!isInteger(outputType(call).dtype)) return (a, b) => a / b;
  return (a, b) => {
    if (b === 0) throw nodeFormatError(call.node, "an integer is divided by 0");
    return Math.trunc(a / b);
  };
}

/** C's pow, as ONNX's implementations have it; JavaScript's differs where the base is ±1. */
function power(a: number, b: number): number {
  if (a === 1 || (a === -1 && Math.abs(b) === Number.POSITIVE_INFINITY)) return 1;
  return a ** b;
}

/**
 * `fmod = 1` keeps the dividend's sign (C), `fmod = 0` the divisor's (Python: a rest of the other sign moves by one
 * divisor).
 */
function modulo(call: InterpretCall): Formula {
  if (readInt(call.node, "fmod", 0) !== 0) return (a, b) => a % b;
  return (a, b) => {
    const rest = a % b;
    return rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest;
  };
}

function comparison(holds: (a: number, b: number) => boolean): Interpret {
  return (call) => interpretBinary(call, (a, b) => (holds(a, b) ? 1 : 0));
}

function logic(formula: Formula): Interpret {
  return (call) => interpretBinary(call, formula);
}

/** An operator over any number of tensors; `finish` gets the folded value and their number. */
function variadic(formula: Formula, finish: Formula = (value) => value): Interpret {
  return (call) => {
    const type = outputType(call);
    const result = newNumbers(type);
    for (const position of call.inputs.keys()) {
      const tensor = inputTensor(call, position);
      const x = numbers(tensor);
      const from = broadcastOffsets(tensor.shape, type.shape);
      for (let index = 0; index < result.length; index++) {
        const value = x[from[index]!]!;
        result[index] = position === 0 ? value : formula(result[index]!, value);
      }
    }
    return [
      tensorOf(
        type,
        result.map((value) => finish(value, call.inputs.length)),
      ),
    ];
  };
}

function interpretNot(call: InterpretCall): readonly Tensor[] {
  const x = Float64Array.from(numbers(inputTensor(call, 0)), (value) => (value === 0 ? 1 : 0));
  return [tensorOf(outputType(call), x)];
}

/** Where min is above max, max wins (opset 13). Before opset 11 the bounds are attributes. */
function interpretClip(call: InterpretCall): readonly Tensor[] {
  const bound = (index: number, name: string, open: number): number => {
    const tensor = call.inputs[index];
    return tensor === undefined ? (readAttribute(call.node, name, "float") ?? open) : numbers(tensor)[0]!;
  };
  const low = bound(1, "min", Number.NEGATIVE_INFINITY);
  const high = bound(2, "max", Number.POSITIVE_INFINITY);
  const x = Float64Array.from(numbers(inputTensor(call, 0)), (value) => Math.min(Math.max(value, low), high));
  return [tensorOf(outputType(call), x)];
}

function interpretWhere(call: InterpretCall): readonly Tensor[] {
  const type = outputType(call);
  const [condition, a, b] = [inputTensor(call, 0), inputTensor(call, 1), inputTensor(call, 2)];
  const [c, x, y] = [numbers(condition), numbers(a), numbers(b)];
  const fromC = broadcastOffsets(condition.shape, type.shape);
  const fromA = broadcastOffsets(a.shape, type.shape);
  const fromB = broadcastOffsets(b.shape, type.shape);
  const z = newNumbers(type).map((_, index) => ((c[fromC[index]!] ?? 0) === 0 ? y[fromB[index]!]! : x[fromA[index]!]!));
  return [tensorOf(type, z)];
}

function interpretPRelu(call: InterpretCall): readonly Tensor[] {
  const x = inputTensor(call, 0);
  const slope = inputTensor(call, 1);
  const from = broadcastOffsets(slopeShape(call, x.shape, slope.shape), x.shape);
  const alpha = numbers(slope);
  const y = Float64Array.from(numbers(x), (value, index) => (value < 0 ? alpha[from[index]!]! * value : value));
  return [tensorOf(outputType(call), y)];
}

/**
 * Functions of the elements of several tensors, broadcast together; each formula is the one in onnx/docs/Operators.md
 * under the operator's name.
 */
export const BINARY: InterpreterTable = {
  Add: arithmetic(() => (a, b) => a + b),
  Sub: arithmetic(() => (a, b) => a - b),
  Mul: arithmetic(multiply),
  Div: arithmetic(divide),
  Pow: arithmetic(() => power),
  Mod: arithmetic(modulo),
  Equal: comparison((a, b) => a === b),
  Greater: comparison((a, b) => a > b),
  Less: comparison((a, b) => a < b),
  GreaterOrEqual: comparison((a, b) => a >= b),
  LessOrEqual: comparison((a, b) => a <= b),
  And: logic((a, b) => a & b),
  Or: logic((a, b) => a | b),
  Xor: logic((a, b) => a ^ b),
  Max: variadic(Math.max),
  Min: variadic(Math.min),
  Sum: variadic((a, b) => a + b),
  Mean: variadic(
    (a, b) => a + b,
    (sum, count) => sum / count,
  ),
  Not: interpretNot,
  Where: interpretWhere,
  Clip: interpretClip,
  PRelu: interpretPRelu,
};
