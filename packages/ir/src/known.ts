import { type DType, elementCount, sameShape, type Tensor } from "@samoyed/core";
import type { InferCall, OperatorRule } from "./operators/rule.ts";
import type { Dim, TypedTensor, ValueType } from "./types.ts";

/** Constants above this many elements are weights, not shapes or bounds: shape inference does not read them. */
export const MAX_KNOWN_ELEMENTS = 1024;

/**
 * Returns the elements of a lazy tensor if it is small and has them in memory, else `undefined`.
 *
 * A `tensor` that does not match the lazy tensor's own type and shape (a leftover of a wrapper that copied its fields)
 * is ignored.
 */
export function knownTensor(lazy: TypedTensor): Tensor | undefined {
  const { tensor } = lazy;
  if (tensor === undefined || tensor.dtype !== lazy.dtype || !sameShape(tensor.shape, lazy.shape)) return undefined;
  return elementCount(lazy.shape) <= MAX_KNOWN_ELEMENTS ? tensor : undefined;
}

/** The types of values whose elements are followed: sizes, and what compares them. */
const LISTED: ReadonlySet<DType> = new Set<DType>(["int64", "int32", "bool"]);

/**
 * Returns the elements of an integer or bool tensor of at most one axis as sizes. An int64 beyond 2^53 is rounded: the largest
 * one is a slice's "to the end", and as a double it is only larger, and is clamped as required.
 */
export function tensorDims(tensor: Tensor): readonly number[] | undefined {
  if (!LISTED.has(tensor.dtype) || tensor.shape.length > 1) return undefined;
  return Array.from(tensor.data as BigInt64Array | Int32Array | Uint8Array, Number);
}

/**
 * Infers the elements of a node's first output, an integer or bool one of at most one axis; `undefined` where they are not known,
 * or too many to be sizes: a list may double at every node.
 */
export function inferredDims(
  rule: OperatorRule,
  call: InferCall,
  first: ValueType | undefined,
): readonly Dim[] | undefined {
  if (first === undefined || first.shape.length > 1 || !LISTED.has(first.dtype)) return undefined;
  const [length = 1] = first.shape;
  if (typeof length === "number" && length > MAX_KNOWN_ELEMENTS) return undefined;
  return rule.inferDims?.(call);
}

/** Returns `tensorDims` of a lazy tensor. */
export function constantDims(lazy: TypedTensor): readonly number[] | undefined {
  const tensor = knownTensor(lazy);
  return tensor === undefined ? undefined : tensorDims(tensor);
}
