import type { DType, Shape } from "@samoyed/core";
import type { Attribute, Dim } from "@samoyed/ir";

/** Version of the files: another one is refused. */
export const ARCHITECTURE_VERSION = 1;

/**
 * A tensor that no checkpoint contains: dtype, shape, and where its bytes, little-endian, begin in the file's data.
 * `differences`: of int64 whose values all fit in 32 bits, each value less the one before it, as int32.
 */
export type StoredTensor = readonly [dtype: DType, shape: Shape, start: number, coding?: "differences"];

/** An attribute; a tensor in it is stored. */
export type StoredAttribute =
  | Exclude<Attribute, { readonly type: "tensor" }>
  | { readonly type: "tensor"; readonly value: StoredTensor };

/**
 * An input of a node. A number counts back from the node's first output: 1 is the value before it. `[d]` is a tensor of
 * the state dict, `d` places after the one that was used last; a text such as `c3` is a constant; `null` is left out.
 * Blocks that repeat are thus the same text, which compresses.
 */
export type StoredInput = number | readonly [delta: number] | `c${number}` | null;

/** Index of the operator, index of the attributes, inputs, and the number of outputs if it is not one. */
export type StoredNode = readonly [op: number, attributes: number, inputs: readonly StoredInput[], outputs?: number];

/** A graph without weights. Values are numbered: the input is 0, then the nodes' outputs in order. */
export interface StoredGraph {
  readonly opset: number;
  /** The image input's shape: batch, channels, height, width. */
  readonly input: readonly Dim[];
  readonly operators: readonly string[];
  readonly attributes: readonly Readonly<Record<string, StoredAttribute>>[];
  readonly constants: readonly StoredTensor[];
  readonly nodes: readonly StoredNode[];
  /** The values that are outputs, by name. */
  readonly outputs: Readonly<Record<string, number>>;
}
