import type { OwnedBytes } from "../io/owned-arrays.ts";
import { ShapeError, UnsupportedError } from "../errors.ts";

/** The largest typed array that every supported engine accepts: the limit of Node 20's V8 is 4 GiB. */
export const MAX_ARRAY_BYTES: number = 2 ** 32;

/**
 * Allocates zeroed bytes for something whose size came from a file.
 *
 * @throws ShapeError when `byteLength` is not a non-negative integer.
 * @throws UnsupportedError when it is more than `MAX_ARRAY_BYTES`, or than the available memory.
 */
export function allocateBytes(byteLength: number, label: string): OwnedBytes {
  if (!Number.isSafeInteger(byteLength) || byteLength < 0) {
    throw new ShapeError(`${label}: ${byteLength} is not a valid number of bytes`);
  }
  if (byteLength > MAX_ARRAY_BYTES) {
    throw new UnsupportedError(`${label} takes ${byteLength} bytes; at most ${MAX_ARRAY_BYTES} fit in one array`, {
      hint: "Read it in pieces.",
      details: { byteLength },
    });
  }
  try {
    return new Uint8Array(byteLength);
  } catch (cause) {
    throw new UnsupportedError(`${label} takes ${byteLength} bytes; that much memory is not available`, { cause });
  }
}
