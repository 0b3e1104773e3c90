import type { Tensor } from "@samoyed/core";
import { readAttribute, readInt } from "../attributes.ts";
import type { Dim, Node } from "../ir.ts";
import { broadcastShapes } from "./broadcast.ts";
import { isInteger, newNumbers, numbers, tensorOf } from "./elements.ts";
import {
  describeInput,
  type InferCall,
  inputTensor,
  inputType,
  type InterpretCall,
  malformed,
  MANY,
  misfit,
  normalizeAxis,
  type Operator,
  outputType,
  requireDType,
  requireSameDType,
  type ValueType,
} from "./operator.ts";
import { broadcastOffsets } from "./positions.ts";

type Formula = (a: number, b: number) => number;

/**
 * The second operand's shape as broadcasting sees it. Before opset 7, `axis` tells where in the first operand's shape
 * the second one's begins.
 */
function alignedShape<D extends Dim>(
  call: { readonly node: Node; readonly opset: number },
  a: readonly D[],
  b: readonly D[],
): readonly (D | 1)[] {
  const axis = readAttribute(call.node, "axis", "int");
  if (call.opset >= 7 || axis === undefined || readInt(call.node, "broadcast", 0) === 0) return b;
  const trailing = a.length - normalizeAxis(call, axis, a.length) - b.length;
  if (trailing < 0) throw misfit(call, `the second operand does not fit at axis ${axis} of the first`);
  return [...b, ...new Array<1>(trailing).fill(1)];
}

function aligned(call: InferCall): InferCall {
  const a = inputType(call, 0);
  const b = inputType(call, 1);
  return { ...call, inputs: [a, { dtype: b.dtype, shape: alignedShape(call, a.shape, b.shape) }] };
}

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

// Before opset 7, broadcasting was asked for and placed by attributes.
const LEGACY = { axis: "int", broadcast: "int" } as const;

function arithmetic(op: string, formula: (call: InterpretCall) => Formula): Operator {
  return {
    op,
    inputs: [2, 2],
    attributes: LEGACY,
    infer(call) {
      requireSameDType(call);
      return [{ dtype: inputType(call, 0).dtype, shape: broadcastShapes(aligned(call), [0, 1]) }];
    },
    interpret: (call) => interpretBinary(call, formula(call)),
  };
}

function multiply(call: InterpretCall): Formula {
  if (!isInteger(outputType(call).dtype)) return (a, b) => a * b;
  return (a, b) => {
    const product = a * b;
    if (!Number.isSafeInteger(product)) throw malformed(call, `the product ${a} × ${b} is not exact in a double`);
    return product;
  };
}

/** Integers divide toward zero. */
function divide(call: InterpretCall): Formula {
  if (!isInteger(outputType(call).dtype)) return (a, b) => a / b;
  return (a, b) => {
    if (b === 0) throw malformed(call, "an integer is divided by 0");
    return Math.trunc(a / b);
  };
}

/** C's pow, as ONNX's implementations have it; JavaScript's differs where the base is ±1. */
function power(a: number, b: number): number {
  if (a === 1 || (a === -1 && Math.abs(b) === Number.POSITIVE_INFINITY)) return 1;
  return a ** b;
}

/** `fmod = 1` keeps the dividend's sign (C), `fmod = 0` the divisor's (Python: a rest of the other sign moves by one divisor). */
function modulo(call: InterpretCall): Formula {
  if (readInt(call.node, "fmod", 0) !== 0) return (a, b) => a % b;
  return (a, b) => {
    const rest = a % b;
    return rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest;
  };
}

function comparison(op: string, holds: (a: number, b: number) => boolean, since = 6): Operator {
  return {
    op,
    since,
    inputs: [2, 2],
    attributes: LEGACY,
    infer(call) {
      requireSameDType(call);
      return [{ dtype: "bool", shape: broadcastShapes(aligned(call), [0, 1]) }];
    },
    interpret: (call) => interpretBinary(call, (a, b) => (holds(a, b) ? 1 : 0)),
  };
}

function logic(op: string, formula: Formula): Operator {
  return {
    op,
    inputs: [2, 2],
    attributes: LEGACY,
    infer(call) {
      for (const index of [0, 1]) requireDType(call, index, ["bool"]);
      return [{ dtype: "bool", shape: broadcastShapes(aligned(call), [0, 1]) }];
    },
    interpret: (call) => interpretBinary(call, formula),
  };
}

/** An operator over any number of tensors; `finish` gets the folded value and their number. */
function variadic(op: string, formula: Formula, finish: Formula = (value) => value): Operator {
  return {
    op,
    inputs: [1, MANY],
    infer(call) {
      requireSameDType(call);
      return [{ dtype: inputType(call, 0).dtype, shape: broadcastShapes(call, [...call.inputs.keys()]) }];
    },
    interpret(call) {
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
    },
  };
}

function inferClip(call: InferCall): readonly ValueType[] {
  requireSameDType(call);
  for (const index of [1, 2]) {
    const bound = call.inputs[index];
    if (bound !== undefined && bound.shape.length !== 0) {
      throw misfit(call, `${describeInput(call, index)}; expected a scalar`);
    }
  }
  return [inputType(call, 0)];
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

/** Before opset 7 a slope of one axis holds one value per channel; since then it broadcasts, one way, to the input. */
function slopeShape<D extends Dim>(
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
  const result = broadcastShapes({ ...call, inputs: [x, { dtype: x.dtype, shape }] }, [0, 1]);
  if (
    result.length > x.shape.length ||
    result.some((size, axis) => typeof size === "number" && x.shape[axis] === 1 && size > 1)
  ) {
    throw misfit(call, `${describeInput(call, 1)} does not broadcast to ${describeInput(call, 0)}`);
  }
  return [x];
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
export const BINARY: readonly Operator[] = [
  arithmetic("Add", () => (a, b) => a + b),
  arithmetic("Sub", () => (a, b) => a - b),
  arithmetic("Mul", multiply),
  arithmetic("Div", divide),
  {
    ...arithmetic("Pow", () => power),
    // Pow's exponent may have a type of its own; the result has the base's.
    infer: (call) => [{ dtype: inputType(call, 0).dtype, shape: broadcastShapes(aligned(call), [0, 1]) }],
  },
  { ...arithmetic("Mod", modulo), since: 10, attributes: { fmod: "int" } },
  comparison("Equal", (a, b) => a === b),
  comparison("Greater", (a, b) => a > b),
  comparison("Less", (a, b) => a < b),
  comparison("GreaterOrEqual", (a, b) => a >= b, 12),
  comparison("LessOrEqual", (a, b) => a <= b, 12),
  logic("And", (a, b) => a & b),
  logic("Or", (a, b) => a | b),
  logic("Xor", (a, b) => a ^ b),
  variadic("Max", Math.max),
  variadic("Min", Math.min),
  variadic("Sum", (a, b) => a + b),
  variadic(
    "Mean",
    (a, b) => a + b,
    (sum, count) => sum / count,
  ),
  {
    op: "Not",
    inputs: [1, 1],
    infer(call) {
      requireDType(call, 0, ["bool"]);
      return [inputType(call, 0)];
    },
    interpret: (call) => [
      tensorOf(
        outputType(call),
        Float64Array.from(numbers(inputTensor(call, 0)), (value) => (value === 0 ? 1 : 0)),
      ),
    ],
  },
  {
    op: "Where",
    since: 9,
    inputs: [3, 3],
    infer(call) {
      requireDType(call, 0, ["bool"]);
      requireSameDType(call, 1);
      return [{ dtype: inputType(call, 1).dtype, shape: broadcastShapes(call, [0, 1, 2]) }];
    },
    interpret: interpretWhere,
  },
  {
    op: "Clip",
    inputs: [1, 3],
    attributes: { max: "float", min: "float" },
    infer: inferClip,
    interpret: interpretClip,
  },
  { op: "PRelu", inputs: [2, 2], infer: inferPRelu, interpret: interpretPRelu },
];
