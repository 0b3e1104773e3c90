import { createHash } from "node:crypto";
import { sourceChunks } from "./source-chunks.ts";
import type { ByteSource, ReadOptions } from "./source.ts";

/** Options of `hashSource`. */
export interface HashOptions extends ReadOptions {
  /** Called with the number of bytes hashed so far. */
  readonly onProgress?: (bytes: number) => void;
}

/** The SHA-256 of a whole source, as 64 hexadecimal digits; memory use does not depend on its size. */
export async function hashSource(source: ByteSource, options: HashOptions = {}): Promise<string> {
  const { signal, onProgress } = options;
  const hash = createHash("sha256");
  let done = 0;
  for await (const piece of sourceChunks(source, { offset: 0, byteLength: source.byteLength }, { signal })) {
    hash.update(piece);
    done += piece.byteLength;
    onProgress?.(done);
  }
  return hash.digest("hex");
}
