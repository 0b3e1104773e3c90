import { type LazyTensor, quote, type ReadOptions, tensorByteLength, UsageError } from "@samoyed/core";

/** Options of the writers. */
export type WriteOptions = ReadOptions;

const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * Collects what is to be written, and checks its names.
 *
 * @throws UsageError when two tensors have the same name, or a name is not valid Unicode.
 */
export function collectTensors(tensors: Iterable<LazyTensor>): readonly LazyTensor[] {
  const list = [...tensors];
  const names = new Set<string>();
  for (const { name } of list) {
    if (names.has(name)) {
      throw new UsageError(`two of the tensors to write are named ${quote(name)}`);
    }
    if (LONE_SURROGATE.test(name)) {
      throw new UsageError(`the name ${quote(name)} holds half of a surrogate pair and cannot be written`);
    }
    names.add(name);
  }
  return list;
}

/** Bytes of a tensor. */
export function byteLengthOf(tensor: LazyTensor): number {
  return tensorByteLength(tensor.dtype, tensor.shape);
}
