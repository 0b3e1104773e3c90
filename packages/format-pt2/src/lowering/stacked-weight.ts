import { CHUNK_BYTES, type LazyTensor, lazyFromChunks } from "@samoyed/core";

/** Tensors whose first axes are equal blocks, joined one after the other with the blocks in another order. */
export interface StackedWeight {
  readonly name: string;
  readonly shape: readonly number[];
  readonly tensors: readonly LazyTensor[];
  /** The block that each place takes. */
  readonly order: readonly number[];
}

/** The joined tensor, which is read one tensor at a time. */
export function stackedWeight({ name, shape, tensors, order }: StackedWeight): LazyTensor {
  return lazyFromChunks({ name, dtype: tensors[0]!.dtype, shape }, async function* chunks(options) {
    for (const tensor of tensors) {
      const bytes = await tensor.read(options);
      const length = bytes.byteLength / order.length;
      for (const block of order) {
        for (let start = 0; start < length; start += CHUNK_BYTES) {
          yield bytes.subarray(block * length + start, block * length + Math.min(length, start + CHUNK_BYTES));
        }
      }
    }
  });
}
