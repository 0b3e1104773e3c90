import { giveChunkBuffer, takeChunkBuffer } from "./chunk-buffers.ts";
import type { ByteSource, ReadOptions } from "./source.ts";
import { CHUNK_BYTES } from "./chunk-bytes.ts";

/** A range of bytes: its offset from the beginning of a source or section, and its size. */
export interface ByteRange {
  readonly offset: number;
  readonly byteLength: number;
}

/**
 * Reads `target.byteLength` bytes at `offset` into the caller's array.
 *
 * @throws as the source's `read` does.
 */
export async function readInto(
  source: ByteSource,
  { offset, target }: { readonly offset: number; readonly target: Uint8Array },
  options: ReadOptions = {},
): Promise<void> {
  if (source.readInto !== undefined) {
    await source.readInto(offset, target, options);
  } else {
    target.set(await source.read(offset, target.byteLength, options));
  }
}

/**
 * Reads a byte range of a source in pieces of 1 MiB, each while its predecessor is in use. A piece is valid until the next
 * is requested, and the caller may change it: two buffers are reused for all pieces.
 *
 * @throws as the source's `read` does.
 */
export async function* sourceChunks(
  source: ByteSource,
  { offset, byteLength }: ByteRange,
  options: ReadOptions = {},
): AsyncGenerator<Uint8Array> {
  if (byteLength <= CHUNK_BYTES) {
    yield* singleChunk(source, { offset, byteLength }, options);
    return;
  }
  const buffers = [takeChunkBuffer(), takeChunkBuffer()] as const;
  const startReading = (done: number): Promise<Uint8Array> => {
    const piece = buffers[(done / CHUNK_BYTES) % 2]!.subarray(0, byteLength - done);
    const pending = readInto(source, { offset: offset + done, target: piece }, options).then(() => piece);
    // Not awaited before the next piece is requested; Node must not end the process if it fails until then.
    pending.catch(() => undefined);
    return pending;
  };
  let next = startReading(0);
  try {
    for (let done = CHUNK_BYTES; done < byteLength; done += CHUNK_BYTES) {
      const piece = await next;
      next = startReading(done);
      yield piece;
    }
    yield await next;
  } finally {
    // A caller that stops early closes the source next: no read may be in progress then, nor write into returned buffers.
    await next.catch(() => undefined);
    for (const buffer of buffers) {
      giveChunkBuffer(buffer);
    }
  }
}

/** Small tensors, which are the majority. */
async function* singleChunk(
  source: ByteSource,
  { offset, byteLength }: ByteRange,
  options: ReadOptions,
): AsyncGenerator<Uint8Array> {
  if (byteLength > 0) {
    const target = new Uint8Array(byteLength);
    await readInto(source, { offset, target }, options);
    yield target;
  }
}
