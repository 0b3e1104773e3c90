import { type ByteSource, FormatError, type ReadOptions, requireDataBytes, SUBSTITUTE_HEAD_BYTES } from "@samoyed/core";
import { LENGTH_BYTES } from "./limits.ts";
import { parseSmydHeader } from "./parse-header.ts";
import { smydHeaderLength } from "./read-header.ts";
import { refuseForeign } from "./refuse-foreign.ts";
import type { SmydFile } from "./types.ts";
import { xxh64 } from "./xxh64/xxh64.ts";

/**
 * Reads and checks everything before the data of a `.smyd` file, and checks that the file has as much data as it says. No
 * weight is read; code that reads the data checks it against the hashes.
 *
 * @throws FormatError when the file is damaged, cut short, or something else.
 * @throws UnsupportedError when a later version of Samoyed wrote it.
 */
export async function readSmydHeader(source: ByteSource, options: ReadOptions = {}): Promise<SmydFile> {
  const { label, byteLength } = source;
  const head = await source.read(0, Math.min(SUBSTITUTE_HEAD_BYTES, byteLength), options);
  const length = smydHeaderLength(head) ?? refuseForeign(head, label);
  const left = byteLength - LENGTH_BYTES - length;
  if (left < 0) {
    throw new FormatError(`${label}: a header of ${length} bytes; the file has ${byteLength}`, {
      hint: "The file was cut short; fetch it again.",
    });
  }
  const { file, checkDigest } = parseSmydHeader(await source.read(LENGTH_BYTES, length, options), label);
  requireDataBytes(file, { dataBytes: left, label });
  checkDigest(xxh64);
  return file;
}
