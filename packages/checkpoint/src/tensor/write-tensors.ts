import {
  type LazyTensor,
  quote,
  type ReadOptions,
  ShapeError,
  type Sink,
  tensorByteLength,
  UsageError,
} from "@samoyed/core";

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

/**
 * Copies a tensor's bytes to a sink, piece by piece; `seen` gets each piece, for a checksum.
 *
 * @throws ShapeError when the pieces do not add up to the tensor's size.
 */
export async function copyTensor(
  tensor: LazyTensor,
  sink: Sink,
  options: WriteOptions & { readonly seen?: (bytes: Uint8Array) => void },
): Promise<void> {
  const expected = byteLengthOf(tensor);
  let written = 0;
  for await (const chunk of tensor.chunks(options)) {
    written += chunk.byteLength;
    if (written > expected) {
      break;
    }
    options.seen?.(chunk);
    await sink.write(chunk);
  }
  if (written !== expected) {
    throw new ShapeError(
      `tensor ${quote(tensor.name)} gave ${written > expected ? "more than " : ""}${Math.min(written, expected)} ` +
        `bytes; its shape takes ${expected}`,
    );
  }
}
