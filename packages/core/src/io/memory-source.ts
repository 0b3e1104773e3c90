import { throwIfAborted } from "../errors.ts";
import { checkRange } from "./range.ts";
import type { ByteSource, ReadOptions } from "./source.ts";

/** Bytes in memory as a source. Reads are views of `bytes`, which must not change while the source is in use. */
export function memorySource(bytes: Uint8Array, label = "memory"): ByteSource {
  const source = {
    byteLength: bytes.byteLength,
    label,
    async read(offset: number, length: number, options: ReadOptions = {}): Promise<Uint8Array> {
      throwIfAborted(options.signal);
      checkRange(source, offset, length);
      return bytes.subarray(offset, offset + length);
    },
  };
  return source;
}
