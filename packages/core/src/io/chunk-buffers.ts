import type { OwnedBytes } from "./owned-arrays.ts";
import { CHUNK_BYTES } from "./chunk-bytes.ts";

/** Buffers kept for the next tensor: two for the reader, one or two for a transformation, a few for other uses. */
const MAX_KEPT = 8;

const kept: OwnedBytes[] = [];

/**
 * Returns a buffer of `CHUNK_BYTES` with arbitrary content. A network has hundreds of tensors; new buffers for each would cost
 * more than reading them.
 */
export function takeChunkBuffer(): OwnedBytes {
  return kept.pop() ?? new Uint8Array(CHUNK_BYTES);
}

/** Returns a buffer from `takeChunkBuffer` to the pool; the caller must not touch it again. */
export function giveChunkBuffer(buffer: OwnedBytes): void {
  if (kept.length < MAX_KEPT) {
    kept.push(buffer);
  }
}
