import { IoError, throwIfAborted } from "../errors.ts";
import { checkRange } from "./range.ts";
import type { ByteSource, ReadOptions } from "./source.ts";

/** A Blob, or a File that a user picked in a browser, as a source; only the ranges that are read are loaded. */
export function blobSource(blob: Blob, label: string = blobName(blob)): ByteSource {
  const source = {
    byteLength: blob.size,
    label,
    async read(offset: number, length: number, options: ReadOptions = {}): Promise<Uint8Array> {
      throwIfAborted(options.signal);
      checkRange(source, offset, length);
      let buffer: ArrayBuffer;
      try {
        buffer = await blob.slice(offset, offset + length).arrayBuffer();
      } catch (cause) {
        throw new IoError(`${label}: bytes ${offset} to ${offset + length} could not be read`, {
          cause,
          hint: "The file was moved or changed after it was picked; pick it again.",
        });
      }
      if (buffer.byteLength !== length) {
        throw new IoError(`${label}: ${buffer.byteLength} bytes were read at ${offset}; expected ${length}`);
      }
      return new Uint8Array(buffer);
    },
  };
  return source;
}

function blobName(blob: Blob): string {
  return "name" in blob && typeof blob.name === "string" && blob.name !== "" ? blob.name : "blob";
}
