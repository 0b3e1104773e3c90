import { type LazyTensor, quote, type ReadOptions, tensorByteLength, UsageError } from "@samoyed/core";

/** Options of the writers. */
export type WriteOptions = ReadOptions;

const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * Collects the tensors to write, and checks their names.
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
      throw new UsageError(`the name ${quote(name)} contains half of a surrogate pair and cannot be written`);
    }
    names.add(name);
  }
  return list;
}

/** The size of a tensor in bytes. */
export function byteLengthOf(tensor: LazyTensor): number {
  return tensorByteLength(tensor.dtype, tensor.shape);
}
