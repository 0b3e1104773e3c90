import type { Sink } from "@samoyed/core";

/**
 * Stands in the contract until the source's hash is known, which is when its last byte has been read. Formats may write
 * the contract long before that. SHA-256 of the text `samoyed: the hash of the source goes here`.
 */
export const HASH_PLACEHOLDER = "c412c14eafaeded6c6175eb4cde42b37070494a8d1f04a1bb4556295de9894e9";

const NEEDLE: Uint8Array = new TextEncoder().encode(HASH_PLACEHOLDER);

/** How far the window may move, by its last byte (Horspool): 64 for every byte that the needle lacks. */
const SHIFTS: Uint8Array = shifts();

/** A sink that remembers where the placeholder went. */
export interface LateHashSink extends Sink {
  /** Replaces every placeholder by the hash; how many there were. */
  fill(sha256: string): Promise<number>;
}

/** Wraps a sink so that `HASH_PLACEHOLDER` can be replaced in what was written. */
export function lateHashSink(sink: Sink): LateHashSink {
  const places: number[] = [];
  let tail: Uint8Array = new Uint8Array(0);
  return {
    get position(): number {
      return sink.position;
    },
    async write(bytes: Uint8Array): Promise<void> {
      const start = sink.position;
      // The placeholder may lie across two writes: the last bytes of the one before are looked at again.
      const seam = join(tail, bytes.subarray(0, NEEDLE.byteLength - 1));
      places.push(...occurrences(seam).map((at) => start - tail.byteLength + at));
      places.push(...occurrences(bytes).map((at) => start + at));
      tail = join(tail, bytes.subarray(-NEEDLE.byteLength + 1)).slice(-NEEDLE.byteLength + 1);
      await sink.write(bytes);
    },
    patch: (offset, bytes) => sink.patch(offset, bytes),
    commit: () => sink.commit(),
    abort: () => sink.abort(),
    async fill(sha256: string): Promise<number> {
      const bytes = new TextEncoder().encode(sha256);
      for (const place of places) {
        await sink.patch(place, bytes);
      }
      return places.length;
    },
  };
}

function occurrences(bytes: Uint8Array): number[] {
  const found: number[] = [];
  const last = NEEDLE.byteLength - 1;
  for (let at = 0; at + last < bytes.byteLength; at += SHIFTS[bytes[at + last]!]!) {
    if (bytes[at + last] === NEEDLE[last] && NEEDLE.every((byte, i) => bytes[at + i] === byte)) {
      found.push(at);
    }
  }
  return found;
}

function shifts(): Uint8Array {
  const table = new Uint8Array(256).fill(NEEDLE.byteLength);
  for (let i = 0; i < NEEDLE.byteLength - 1; i++) {
    table[NEEDLE[i]!] = NEEDLE.byteLength - 1 - i;
  }
  return table;
}

function join(a: Uint8Array, b: Uint8Array): Uint8Array {
  const joined = new Uint8Array(a.byteLength + b.byteLength);
  joined.set(a);
  joined.set(b, a.byteLength);
  return joined;
}
