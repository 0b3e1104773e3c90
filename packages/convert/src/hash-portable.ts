import { type ByteSource, type ReadOptions, sha256, sourceChunks } from "@samoyed/core";

/** The SHA-256 of everything in a source, computed in JavaScript: for where no faster way is at hand. */
export async function hashPortable(source: ByteSource, options: ReadOptions): Promise<string> {
  const hash = sha256();
  for await (const piece of sourceChunks(source, { offset: 0, byteLength: source.byteLength }, options)) {
    hash.update(piece);
  }
  return hash.digest();
}
