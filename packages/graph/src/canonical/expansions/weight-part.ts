import { arrayToBytes, bytesToArray, CHUNK_BYTES, elementCount, type LazyTensor, lazyFromChunks } from "@samoyed/core";
import { newArray } from "../../interpreter/elements.ts";

/** The elements of one tensor that make another: for each of its elements the places of those that are added up. */
export interface WeightPart {
  readonly name: string;
  readonly shape: readonly number[];
  readonly sources: (index: number) => readonly number[];
}

/** A weight whose elements are those of another in other places, or sums of them; it is made when it is read. */
export function weightPart(weight: LazyTensor, { name, shape, sources }: WeightPart): LazyTensor {
  const { dtype } = weight;
  return lazyFromChunks({ name, dtype, shape }, async function* chunks(options) {
    const from = bytesToArray(await weight.read(options), dtype) as Float32Array;
    const to = newArray(dtype, elementCount(shape)) as Float32Array;
    for (let index = 0; index < to.length; index++) {
      let sum = 0;
      for (const source of sources(index)) sum += from[source]!;
      to[index] = sum;
    }
    const bytes = arrayToBytes(to);
    for (let start = 0; start < bytes.byteLength; start += CHUNK_BYTES) {
      yield bytes.subarray(start, start + CHUNK_BYTES);
    }
  });
}
