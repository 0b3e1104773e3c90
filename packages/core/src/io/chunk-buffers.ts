import { CHUNK_BYTES } from "./chunk-bytes.ts";

/** Buffers kept for the next tensor: two for the reader, one or two for what transforms its pieces, some for others. */
const MAX_KEPT = 8;

const kept: Uint8Array<ArrayBuffer>[] = [];

/**
 * A buffer of `CHUNK_BYTES`, with anything in it. A network has hundreds of tensors; fresh buffers for each would cost
 * more than the reading.
 */
export function takeChunkBuffer(): Uint8Array<ArrayBuffer> {
  return kept.pop() ?? new Uint8Array(CHUNK_BYTES);
}

/** Gives a buffer back that came from `takeChunkBuffer`; whoever does so must not touch it again. */
export function giveChunkBuffer(buffer: Uint8Array<ArrayBuffer>): void {
  if (kept.length < MAX_KEPT) {
    kept.push(buffer);
  }
}
