import { type ByteSource, CHUNK_BYTES, type ReadOptions, sha256 } from "@samoyed/core";

/** The SHA-256 of everything in a source, computed in JavaScript: for where no faster way is at hand. */
export async function hashPortable(source: ByteSource, options: ReadOptions): Promise<string> {
  const hash = sha256();
  for (let offset = 0; offset < source.byteLength; offset += CHUNK_BYTES) {
    hash.update(await source.read(offset, Math.min(CHUNK_BYTES, source.byteLength - offset), options));
  }
  return hash.digest();
}
