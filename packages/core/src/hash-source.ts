import { createHash } from "node:crypto";
import { CHUNK_BYTES } from "./chunk-bytes.ts";
import type { ByteSource, ReadOptions } from "./source.ts";

/** What hashing may be given. */
export interface HashOptions extends ReadOptions {
  /** Called with the number of bytes hashed so far. */
  readonly onProgress?: (bytes: number) => void;
}

/** The SHA-256 of everything in a source, as 64 hexadecimal digits; memory does not depend on its size. */
export async function hashSource(source: ByteSource, options: HashOptions = {}): Promise<string> {
  const hash = createHash("sha256");
  const read = { ...(options.signal && { signal: options.signal }) };
  for (let offset = 0; offset < source.byteLength; offset += CHUNK_BYTES) {
    const length = Math.min(CHUNK_BYTES, source.byteLength - offset);
    hash.update(await source.read(offset, length, read));
    options.onProgress?.(offset + length);
  }
  return hash.digest("hex");
}
