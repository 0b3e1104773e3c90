import { type DType, formatShape, ShapeError, type Tensor } from "@samoyed/core";
import { nodeFormatError, nodeShapeError } from "../node-errors.ts";
import type { SizeMath } from "../size-math.ts";
import type { Attribute, Dim, Node, TypedTensor, ValueType } from "../types.ts";

/** Input of the shape inference of one node. */
export interface InferCall {
  readonly node: Node<TypedTensor>;
  readonly opset: number;
  /** Types of the inputs; `undefined` for an omitted optional one. A rule is called only if the types of all inputs are known. */
  readonly inputs: readonly (ValueType | undefined)[];
  /** Returns the elements of an input that is a small constant in memory. */
  constant(index: number): Tensor | undefined;
  /** Returns the known elements of an integer input, some of which may be symbols, as from `Shape` of a symbolic value. */
  dims(index: number): readonly Dim[] | undefined;
  /** Arithmetic of sizes; a caller none of whose sizes is a symbol need not have that of symbols. */
  readonly sizes: SizeMath;
}

/** Rule of one ONNX operator: its inputs and attributes, and the types of its outputs. */
export interface OperatorRule {
  /** Opset that introduced the operator; absent if it is as old as the oldest opset handled here. */
  readonly since?: number;
  /** Smallest and largest number of inputs. */
  readonly inputs: readonly [number, number];
  /** Smallest and largest number of outputs; one when absent. */
  readonly outputs?: readonly [number, number];
  /** Every attribute in any opset from `MIN_OPSET` on, with its type. */
  readonly attributes?: Readonly<Record<string, Attribute["type"]>>;
  /** Infers the types of the outputs; `undefined` if they depend on data that is not available. */
  infer(call: InferCall): readonly (ValueType | undefined)[];
  /** Infers the elements of the (integer, at most one-dimensional) first output, for shapes that are computed in the graph. */
  inferDims?(call: InferCall): readonly Dim[] | undefined;
}

/** Rules by ONNX operator. */
export type RuleTable = Readonly<Record<string, OperatorRule>>;

/** Largest number of inputs of operators that take any number. */
export const MANY: number = Number.POSITIVE_INFINITY;

/**
 * Returns the type of a required input.
 *
 * @throws FormatError when it was omitted.
 */
export function inputType(call: InferCall, index: number): ValueType {
  const type = call.inputs[index];
  if (type === undefined) throw nodeFormatError(call.node, `input ${index} is missing`);
  return type;
}

/** Describes an input and its type for messages: `"x" float32[N, 3]`. */
export function describeInput(call: InferCall, index: number): string {
  const type = inputType(call, index);
  return `input ${index} "${call.node.inputs[index]}" ${type.dtype}${formatShape(type.shape)}`;
}

/** Makes the error for an input of the wrong type. */
export function inputError(call: InferCall, index: number, expected: string): ShapeError {
  return nodeShapeError(call.node, `${describeInput(call, index)}; expected ${expected}`);
}

/** Makes a new symbol for a size that cannot be expressed; it is derived from the output's name, so inference is repeatable. */
export function opaqueDim(call: InferCall, axis: number, output = 0): string {
  return `${call.node.outputs[output]}.${axis}`;
}

const FLOATS: ReadonlySet<DType> = new Set<DType>(["float32", "float64", "float16", "bfloat16"]);

/**
 * Requires an input to have a floating-point type.
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
 * @throws ShapeError naming the first one that differs.
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

/** Returns the integers of a small constant input, such as axes or a shape; `undefined` if they are not known. */
export function constantInts(call: InferCall, index: number): readonly number[] | undefined {
  const dims = call.dims(index);
  if (dims === undefined || dims.some((dim) => typeof dim !== "number")) return undefined;
  return dims as readonly number[];
}

/** Infers the type of input 0, whatever it is. */
export function inferSameType(call: InferCall): readonly ValueType[] {
  return [inputType(call, 0)];
}

/**
 * Infers the type of input 0, which must be a floating-point type.
 *
 * @throws ShapeError when it does not.
 */
export function inferSameFloat(call: InferCall): readonly ValueType[] {
  requireFloat(call, 0);
  return [inputType(call, 0)];
}

/**
 * Returns the type of input 0, which must have spatial axes.
 *
 * @throws ShapeError when it does not.
 */
export function spatialInput(call: InferCall): ValueType {
  const type = inputType(call, 0);
  if (type.shape.length < 3) throw inputError(call, 0, "at least 3 axes [N, C, …]");
  return type;
}
