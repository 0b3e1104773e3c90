import type { Sink } from "@samoyed/core";

/**
 * Stands in the contract until the source's hash is known, which is when its last byte has been read. Formats may write
 * the contract long before that. SHA-256 of the text `samoyed: the hash of the source goes here`.
 */
export const HASH_PLACEHOLDER = "c412c14eafaeded6c6175eb4cde42b37070494a8d1f04a1bb4556295de9894e9";

/** Searching all weights for the placeholder would cost a tenth of the time; formats put contracts at an end. */
export const HEAD_BYTES: number = 4 << 20;

const NEEDLE: Uint8Array = new TextEncoder().encode(HASH_PLACEHOLDER);

/** A sink that knows where the placeholder went. */
export interface LateHashSink extends Sink {
  /** Replaces every placeholder by the hash; how many there were. */
  fill(sha256: string): Promise<number>;
}

/**
 * Wraps a sink so that `HASH_PLACEHOLDER` can be replaced in its first `HEAD_BYTES`, or `tailBytes` where these are more, and
 * in its last `tailBytes`.
 *
 * Memory: as much as these two.
 */
export function lateHashSink(sink: Sink, { tailBytes }: { readonly tailBytes: number }): LateHashSink {
  const headLimit = Math.max(HEAD_BYTES, tailBytes);
  const head: Uint8Array[] = [];
  let headBytes = 0;
  // The last bytes stand at its end; one array for all writes, since one for each would keep the collector busy.
  const tail = new Uint8Array(tailBytes);
  return {
    get position(): number {
      return sink.position;
    },
    async write(bytes: Uint8Array): Promise<void> {
      if (headBytes < headLimit) {
        head.push(bytes.slice(0, headLimit - headBytes));
        headBytes += head.at(-1)!.byteLength;
      }
      const last = bytes.subarray(Math.max(0, bytes.byteLength - tailBytes));
      tail.copyWithin(0, last.byteLength);
      tail.set(last, tailBytes - last.byteLength);
      await sink.write(bytes);
    },
    patch: (offset, bytes) => sink.patch(offset, bytes),
    commit: () => sink.commit(),
    abort: () => sink.abort(),
    async fill(sha256: string): Promise<number> {
      const bytes = new TextEncoder().encode(sha256);
      // Negative where less was written than the tail takes; the bytes before the first are zeros.
      const tailStart = sink.position - tailBytes;
      const places = new Set([...occurrences(join(head)), ...occurrences(tail).map((at) => tailStart + at)]);
      for (const place of places) {
        await sink.patch(place, bytes);
      }
      return places.size;
    },
  };
}

function occurrences(bytes: Uint8Array): number[] {
  const found: number[] = [];
  const [first, second] = [NEEDLE[0]!, NEEDLE[1]!];
  for (let at = bytes.indexOf(first); at >= 0; at = bytes.indexOf(first, at + 1)) {
    // Weights hold the first byte at every turn.
    if (bytes[at + 1] === second && NEEDLE.every((byte, i) => bytes[at + i] === byte)) {
      found.push(at);
    }
  }
  return found;
}

function join(pieces: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.byteLength, 0));
  let position = 0;
  for (const piece of pieces) {
    joined.set(piece, position);
    position += piece.byteLength;
  }
  return joined;
}
