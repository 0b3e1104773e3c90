import type { DType } from "@samoyed/core";
import type { Size } from "./size.ts";

/** An argument or a result of a node. */
export type Argument =
  | { readonly kind: "none" }
  | { readonly kind: "tensor"; readonly name: string }
  | { readonly kind: "tensors"; readonly names: readonly (string | undefined)[] }
  | { readonly kind: "size"; readonly size: Size; readonly name?: string }
  | { readonly kind: "sizes"; readonly sizes: readonly Size[] }
  | { readonly kind: "float"; readonly value: number }
  | { readonly kind: "floats"; readonly values: readonly number[] }
  | { readonly kind: "bool"; readonly value: boolean }
  | { readonly kind: "bools"; readonly values: readonly boolean[] }
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "strings"; readonly values: readonly string[] }
  | { readonly kind: "dtype"; readonly dtype: DType }
  | { readonly kind: "memory format"; readonly code: number }
  | { readonly kind: "symbol"; readonly name: string }
  | { readonly kind: "graph"; readonly name: string; readonly graph: ProgramGraph }
  | { readonly kind: "ignored"; readonly of: string };

/** Element type and layout of a tensor, as the exporter saw it. */
export interface TensorMeta {
  readonly dtype: DType;
  readonly sizes: readonly Size[];
  readonly strides: readonly Size[];
}

/** One call of an operator. */
export interface ProgramNode {
  readonly name: string;
  /** `aten.conv2d.default`, `higher_order.cond`, `_operator.mul`. */
  readonly target: string;
  /** Arguments by name, in the schema's order; those of higher-order operators are named by position. */
  readonly inputs: ReadonlyMap<string, Argument>;
  readonly outputs: readonly Argument[];
}

/** A graph, or one inside a graph. */
export interface ProgramGraph {
  readonly inputs: readonly Argument[];
  readonly outputs: readonly Argument[];
  readonly nodes: readonly ProgramNode[];
  /**
   * The type of a tensor.
   *
   * @throws FormatError when the graph does not describe it.
   */
  tensor(name: string): TensorMeta;
}

/** Role of one of the graph's inputs. */
export type InputSpec =
  | { readonly kind: "parameter"; readonly name: string; readonly target: string }
  | { readonly kind: "buffer"; readonly name: string; readonly target: string }
  | { readonly kind: "constant"; readonly name: string; readonly target: string }
  | { readonly kind: "user input"; readonly argument: Argument }
  | { readonly kind: "refused"; readonly what: string };

/** Role of one of the graph's outputs. */
export type OutputSpec =
  | { readonly kind: "user output"; readonly argument: Argument }
  | { readonly kind: "mutation"; readonly of: string };

/** Content of a `.pt2` for one model. */
export interface Program {
  readonly label: string;
  readonly torchVersion: string | undefined;
  readonly graph: ProgramGraph;
  readonly inputs: readonly InputSpec[];
  readonly outputs: readonly OutputSpec[];
  /** Names of the user's inputs and outputs, in order, from the structure that the module takes and returns. */
  readonly inputNames: readonly (string | undefined)[] | undefined;
  readonly outputNames: readonly string[] | undefined;
}
