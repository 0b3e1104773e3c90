import { type DType, formatShape, FormatError, type Shape, ShapeError, type Tensor } from "@samoyed/core";
import type { Attribute, Dim, Node } from "../ir.ts";

/** Element type and shape of a value. */
export interface ValueType {
  readonly dtype: DType;
  readonly shape: readonly Dim[];
}

/** What shape inference of one node may look at. */
export interface InferCall {
  readonly node: Node;
  readonly opset: number;
  /** `undefined` for an omitted optional input. A node is asked only when the types of all its inputs are known. */
  readonly inputs: readonly (ValueType | undefined)[];
  /** The elements of an input that is a small constant in memory. */
  constant(index: number): Tensor | undefined;
  /** The elements of an integer input that are known, perhaps in part by symbol: what `Shape` of a symbolic value gives. */
  dims(index: number): readonly Dim[] | undefined;
}

/** Element type and shape of a tensor at hand. */
export interface TensorType {
  readonly dtype: DType;
  readonly shape: Shape;
}

/** What the interpreter hands to an operator. */
export interface InterpretCall {
  readonly node: Node;
  readonly opset: number;
  readonly inputs: readonly (Tensor | undefined)[];
  /** What `infer` says of the outputs, now that all inputs are at hand. */
  readonly outputs: readonly TensorType[];
  /** The node's tensor attributes, already read. */
  readonly tensors: ReadonlyMap<string, Tensor>;
}

/** One ONNX operator: everything that this package knows about it. */
export interface Operator {
  readonly op: string;
  /**
   * The opset that introduced the operator; absent where it is as old as the oldest opset handled here.
   */
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
  /**
   * The outputs, computed the slow and obvious way: in float64 from the inputs' exact values, then rounded once to the
   * output's type (`operators/elements.ts`).
   */
  interpret(call: InterpretCall): readonly Tensor[];
}

/** Operators that take any number of inputs. */
export const MANY: number = Number.POSITIVE_INFINITY;

/** A node as messages call it. */
export function describe(node: Node): string {
  return `node "${node.name}" (${node.op})`;
}

/** The error of shapes or element types that do not fit at a node. */
export function misfit(call: { readonly node: Node }, message: string): ShapeError {
  return new ShapeError(`${describe(call.node)}: ${message}`, { details: { node: call.node.name, op: call.node.op } });
}

/** The error of an attribute or input whose value means nothing. */
export function malformed(call: { readonly node: Node }, message: string): FormatError {
  return new FormatError(`${describe(call.node)}: ${message}`, { details: { node: call.node.name, op: call.node.op } });
}

/**
 * The type of a required input.
 *
 * @throws FormatError when it was omitted.
 */
export function inputType(call: InferCall, index: number): ValueType {
  const type = call.inputs[index];
  if (type === undefined) throw malformed(call, `input ${index} is missing`);
  return type;
}

/** An input's type as messages show it: `"x" float32[N, 3]`. */
export function describeInput(call: InferCall, index: number): string {
  const type = inputType(call, index);
  return `input ${index} "${call.node.inputs[index]}" ${type.dtype}${formatShape(type.shape)}`;
}

/** A fresh symbol for a size that cannot be expressed; it is derived from the output's name, so inference is repeatable. */
export function opaqueDim(call: InferCall, axis: number, output = 0): string {
  return `${call.node.outputs[output]}.${axis}`;
}

/**
 * An axis counted from the front.
 *
 * @throws ShapeError when it lies outside [-rank, rank).
 */
export function normalizeAxis(call: { readonly node: Node }, axis: number, rank: number): number {
  if (!Number.isInteger(axis) || axis < -rank || axis >= rank) {
    throw misfit(call, `axis ${axis} lies outside [${-rank}, ${rank})`);
  }
  return axis < 0 ? axis + rank : axis;
}

const FLOATS: ReadonlySet<DType> = new Set<DType>(["float32", "float64", "float16", "bfloat16"]);

/**
 * Requires an input to hold floating-point numbers.
 *
 * @throws ShapeError when it does not.
 */
export function requireFloat(call: InferCall, index: number): void {
  if (!FLOATS.has(inputType(call, index).dtype)) {
    throw misfit(call, `${describeInput(call, index)}; expected a floating-point type`);
  }
}

/**
 * Requires an input to have one element type.
 *
 * @throws ShapeError when it has another.
 */
export function requireDType(call: InferCall, index: number, dtypes: readonly DType[]): void {
  if (!dtypes.includes(inputType(call, index).dtype)) {
    throw misfit(call, `${describeInput(call, index)}; expected ${dtypes.join(" or ")}`);
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
      throw misfit(call, `${describeInput(call, index)}; expected ${dtype}, as input ${first} has`);
    }
  }
}

/** Small integers of a constant input, such as axes or a shape; `undefined` when they are not known. */
export function constantInts(call: InferCall, index: number): readonly number[] | undefined {
  const dims = call.dims(index);
  if (dims === undefined || dims.some((dim) => typeof dim !== "number")) return undefined;
  return dims as readonly number[];
}

/**
 * A required input's tensor.
 *
 * @throws FormatError when it was omitted.
 */
export function inputTensor(call: InterpretCall, index: number): Tensor {
  const tensor = call.inputs[index];
  if (tensor === undefined) throw malformed(call, `input ${index} is missing`);
  return tensor;
}

/** The type of an output that `infer` has given. */
export function outputType(call: InterpretCall, index = 0): TensorType {
  const type = call.outputs[index];
  if (type === undefined) throw malformed(call, `output ${index} is missing`);
  return type;
}
