import { type DType, formatShape, ShapeError, type Tensor } from "@samoyed/core";
import { nodeFormatError, nodeShapeError } from "../node-errors.ts";
import type { Attribute, Dim, Node, TypedTensor, ValueType } from "../types.ts";

/** What shape inference of one node may look at. */
export interface InferCall {
  readonly node: Node<TypedTensor>;
  readonly opset: number;
  /** `undefined` for an omitted optional input. A node is asked only when the types of all its inputs are known. */
  readonly inputs: readonly (ValueType | undefined)[];
  /** The elements of an input that is a small constant in memory. */
  constant(index: number): Tensor | undefined;
  /** The elements of an integer input that are known, perhaps in part by symbol: what `Shape` of a symbolic value gives. */
  dims(index: number): readonly Dim[] | undefined;
}

/** What one ONNX operator means to a graph: the inputs and attributes it takes, and the types of its outputs. */
export interface OperatorRule {
  /** The opset that introduced the operator; absent where it is as old as the oldest opset handled here. */
  readonly since?: number;
  /** Fewest and most inputs. */
  readonly inputs: readonly [number, number];
  /** Fewest and most outputs; one when absent. */
  readonly outputs?: readonly [number, number];
  /** Every attribute that any opset from `MIN_OPSET` on gives it, with its type. */
  readonly attributes?: Readonly<Record<string, Attribute["type"]>>;
  /** The types of the outputs; `undefined` where they depend on data that is not at hand. */
  infer(call: InferCall): readonly (ValueType | undefined)[];
  /** The elements of the (integer, at most one-dimensional) first output, for shapes that are computed in the graph. */
  inferDims?(call: InferCall): readonly Dim[] | undefined;
}

/** Rules by ONNX operator. */
export type RuleTable = Readonly<Record<string, OperatorRule>>;

/** Operators that take any number of inputs. */
export const MANY: number = Number.POSITIVE_INFINITY;

/**
 * The type of a required input.
 *
 * @throws FormatError when it was omitted.
 */
export function inputType(call: InferCall, index: number): ValueType {
  const type = call.inputs[index];
  if (type === undefined) throw nodeFormatError(call.node, `input ${index} is missing`);
  return type;
}

/** An input's type as messages show it: `"x" float32[N, 3]`. */
export function describeInput(call: InferCall, index: number): string {
  const type = inputType(call, index);
  return `input ${index} "${call.node.inputs[index]}" ${type.dtype}${formatShape(type.shape)}`;
}

/** The error of an input whose type does not fit. */
export function inputError(call: InferCall, index: number, expected: string): ShapeError {
  return nodeShapeError(call.node, `${describeInput(call, index)}; expected ${expected}`);
}

/** A fresh symbol for a size that cannot be expressed; it is derived from the output's name, so inference is repeatable. */
export function opaqueDim(call: InferCall, axis: number, output = 0): string {
  return `${call.node.outputs[output]}.${axis}`;
}

const FLOATS: ReadonlySet<DType> = new Set<DType>(["float32", "float64", "float16", "bfloat16"]);

/**
 * Requires an input to hold floating-point numbers.
 *
 * @throws ShapeError when it does not.
 */
export function requireFloat(call: InferCall, index: number): void {
  if (!FLOATS.has(inputType(call, index).dtype)) {
    throw inputError(call, index, "a floating-point type");
  }
}

/**
 * Requires an input to have one element type.
 *
 * @throws ShapeError when it has another.
 */
export function requireDType(call: InferCall, index: number, dtypes: readonly DType[]): void {
  if (!dtypes.includes(inputType(call, index).dtype)) {
    throw inputError(call, index, dtypes.join(" or "));
  }
}

/**
 * Requires all present inputs from `first` on to have the element type of input `first`.
 *
 * @throws ShapeError naming the first that differs.
 */
export function requireSameDType(call: InferCall, first = 0): void {
  const dtype = inputType(call, first).dtype;
  for (let index = first + 1; index < call.inputs.length; index++) {
    const type = call.inputs[index];
    if (type !== undefined && type.dtype !== dtype) {
      throw inputError(call, index, `${dtype}, as input ${first} has`);
    }
  }
}

/** Small integers of a constant input, such as axes or a shape; `undefined` when they are not known. */
export function constantInts(call: InferCall, index: number): readonly number[] | undefined {
  const dims = call.dims(index);
  if (dims === undefined || dims.some((dim) => typeof dim !== "number")) return undefined;
  return dims as readonly number[];
}

/** The type of input 0, whatever it is. */
export function inferSameType(call: InferCall): readonly ValueType[] {
  return [inputType(call, 0)];
}

/**
 * The type of input 0, which must hold floating-point numbers.
 *
 * @throws ShapeError when it does not.
 */
export function inferSameFloat(call: InferCall): readonly ValueType[] {
  requireFloat(call, 0);
  return [inputType(call, 0)];
}

/**
 * The type of input 0, which must have spatial axes.
 *
 * @throws ShapeError when it does not.
 */
export function spatialInput(call: InferCall): ValueType {
  const type = inputType(call, 0);
  if (type.shape.length < 3) throw inputError(call, 0, "at least 3 axes [N, C, …]");
  return type;
}
