import { FormatError } from "@samoyed/core";
import { LENGTH_BYTES, parseCanonicalHeader, parseHeaderWith, smydHeaderLength } from "@samoyed/smyd-file";
import type { ParsedHeader } from "@samoyed/smyd-file";
import type { ByteStream } from "./byte-stream.ts";

/**
 * Reads a model's header, and leaves the stream where the data section begins. The caller checks its digest.
 *
 * @throws FormatError when the stream is no `.smyd` file, or is known to be longer or shorter than its header says.
 * @throws UnsupportedError when a later version of Samoyed wrote it.
 */
export async function readHeader(stream: ByteStream): Promise<ParsedHeader> {
  const { label, byteLength } = stream;
  const length = new Uint8Array(LENGTH_BYTES);
  await stream.readInto(length);
  const headerBytes =
    smydHeaderLength(length) ?? (await import("@samoyed/smyd-file/refuse-foreign")).refuseForeign(length, label);
  // Not allocated for a length that cannot be.
  if (byteLength !== undefined && headerBytes > byteLength - LENGTH_BYTES) {
    throw new FormatError(`${label}: a header of ${headerBytes} bytes; the file has ${byteLength}`, {
      hint: "The file is damaged or was cut short; fetch it again.",
    });
  }
  const header = new Uint8Array(headerBytes);
  await stream.readInto(header);
  // Files that Samoyed wrote take the shorter code; the longer one reads others, and says what is wrong.
  const parsed =
    parseCanonicalHeader(header, label) ??
    parseHeaderWith((await import("@samoyed/core/strict-json")).parseStrictJson, header, label);
  const expected = parsed.file.dataOffset + parsed.file.dataBytes;
  if (byteLength !== undefined && byteLength !== expected) {
    throw new FormatError(`${label}: has ${byteLength} bytes; its header says ${expected}`, {
      hint: "The file is damaged or was cut short; fetch it again.",
      details: { byteLength, expected },
    });
  }
  return parsed;
}
