import type { DType, LazyTensor, Shape, Tensor } from "@samoyed/core";

/** A known size, or the name of an unknown one (`N` for the batch). */
export type Dim = number | string;

/** Element type and shape of a value. */
export interface ValueType {
  readonly dtype: DType;
  readonly shape: readonly Dim[];
}

/** A value's name, element type and shape. */
export interface ValueInfo extends ValueType {
  readonly name: string;
}

/** The part of a tensor that a graph uses: its type, and its elements if they are in memory anyway. */
export interface TypedTensor {
  readonly dtype: DType;
  readonly shape: Shape;
  readonly tensor?: Tensor;
}

/** An operator's attribute; the tag is needed because ONNX distinguishes 1 from 1.0. */
export type Attribute<T extends TypedTensor = LazyTensor> =
  | { readonly type: "int"; readonly value: number }
  | { readonly type: "float"; readonly value: number }
  | { readonly type: "string"; readonly value: string }
  | { readonly type: "ints"; readonly value: readonly number[] }
  | { readonly type: "floats"; readonly value: readonly number[] }
  | { readonly type: "strings"; readonly value: readonly string[] }
  | { readonly type: "tensor"; readonly value: T };

/** One application of an ONNX operator (domain `ai.onnx`). An empty string in `inputs` is an omitted optional input. */
export interface Node<T extends TypedTensor = LazyTensor> {
  readonly name: string;
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute<T>>>;
}

/**
 * A network: plain data, never mutated. Nodes are in topological order; every value is assigned once, by an input, an
 * initializer or one node. Operators, attributes and their meaning are those of ONNX at `opset`. `T` is the type of
 * weights.
 */
export interface Graph<T extends TypedTensor = LazyTensor> {
  readonly name: string;
  readonly opset: number;
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  readonly nodes: readonly Node<T>[];
  /** Weights by value name, in the order in which they are written. */
  readonly initializers: ReadonlyMap<string, T>;
  /** Types and shapes of intermediate values, as far as they were inferred. */
  readonly values: ReadonlyMap<string, ValueInfo>;
}
