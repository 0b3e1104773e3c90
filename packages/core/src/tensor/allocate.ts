import { ShapeError, UnsupportedError } from "../errors.ts";

/** The largest typed array that every engine in use accepts: Node 20's V8 ends at 4 GiB. */
export const MAX_ARRAY_BYTES: number = 2 ** 32;

/**
 * Allocates zeroed bytes for something whose size came from a file.
 *
 * @throws ShapeError when `byteLength` is not a non-negative integer.
 * @throws UnsupportedError when it is more than `MAX_ARRAY_BYTES`, or than the memory that is left.
 */
export function allocateBytes(byteLength: number, what: string): Uint8Array<ArrayBuffer> {
  if (!Number.isSafeInteger(byteLength) || byteLength < 0) {
    throw new ShapeError(`${what}: ${byteLength} is not a number of bytes`);
  }
  if (byteLength > MAX_ARRAY_BYTES) {
    throw new UnsupportedError(`${what} takes ${byteLength} bytes; at most ${MAX_ARRAY_BYTES} fit in one array`, {
      hint: "Read it in pieces.",
      details: { byteLength },
    });
  }
  try {
    return new Uint8Array(byteLength);
  } catch (cause) {
    throw new UnsupportedError(`${what} takes ${byteLength} bytes, and that much memory is not available`, { cause });
  }
}
