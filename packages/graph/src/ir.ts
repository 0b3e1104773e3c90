import type { DType, LazyTensor } from "@samoyed/core";

/** A size that is known, or the name of one that is not (`N` for the batch). */
export type Dim = number | string;

/** What is known of a value: its name, element type and shape (`undefined` while unknown). */
export interface ValueInfo {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly Dim[];
}

/** An operator's attribute; the tag is needed because ONNX tells 1 from 1.0. */
export type Attribute =
  | { readonly type: "int"; readonly value: number }
  | { readonly type: "float"; readonly value: number }
  | { readonly type: "string"; readonly value: string }
  | { readonly type: "ints"; readonly value: readonly number[] }
  | { readonly type: "floats"; readonly value: readonly number[] }
  | { readonly type: "strings"; readonly value: readonly string[] }
  | { readonly type: "tensor"; readonly value: LazyTensor };

/** One application of an ONNX operator (domain `ai.onnx`). An empty string in `inputs` is an omitted optional input. */
export interface Node {
  readonly name: string;
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

/**
 * A network: plain data, never mutated. Nodes stand in topological order; every value is assigned once, by an input,
 * an initializer or one node. Operators, attributes and their meaning are those of ONNX at `opset`.
 */
export interface Graph {
  readonly name: string;
  readonly opset: number;
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  readonly nodes: readonly Node[];
  /** Weights, by value name (each tensor's `name` equals its key), in the order in which they are written. */
  readonly initializers: ReadonlyMap<string, LazyTensor>;
  /** Types and shapes of intermediate values, as far as inferred. */
  readonly values: ReadonlyMap<string, ValueInfo>;
}
