import { asciiBytes, FormatError, hasBytesAt, refuseSubstitute, UTF8_BYTE_ORDER_MARK } from "@samoyed/core";
import { findForeignFile, findForeignPart, type ForeignFile } from "./foreign-files.ts";
import { isTar } from "./torch/tar-members.ts";

/** The container suggested by a file's first bytes. */
export type DetectedContainer = "zip" | "pickle" | "tar" | "safetensors" | "index";

/** Signatures of the first file in an archive, and of the end of an archive without files. */
const ZIP_SIGNATURES: readonly (readonly number[])[] = [
  [...asciiBytes("PK"), 3, 4],
  [...asciiBytes("PK"), 5, 6],
];

/**
 * Detects a checkpoint's container by its first bytes (512 or more, unless the file is shorter).
 *
 * @throws FormatError for anything else; for a web page or a Git LFS pointer, as left by failed downloads,
 * the hint explains it.
 */
export function detectContainer(head: Uint8Array, label: string): DetectedContainer {
  if (head.byteLength === 0) {
    throw new FormatError(`${label}: the file is empty`);
  }
  refuseForeign(findForeignPart(label), label);
  // A header of up to 100 MB in JSON: bytes 4 to 7 of its length are zero, and it begins with a brace.
  // This comes first: the length may begin with another format's magic bytes.
  if (head.byteLength > 8 && head[8] === 0x7b && hasBytesAt(head, [0, 0, 0, 0], 4)) return "safetensors";
  if (ZIP_SIGNATURES.some((signature) => hasBytesAt(head, signature))) return "zip";
  if (head[0] === 0x80) return "pickle";
  if (isTar(head)) return "tar";
  const start = hasBytesAt(head, UTF8_BYTE_ORDER_MARK) ? UTF8_BYTE_ORDER_MARK.length : 0;
  const text = String.fromCharCode(...head.subarray(start, 512)).trimStart();
  if (text.startsWith("{")) return "index";
  refuseSubstitute(head, { label, expected: "a checkpoint" });
  refuseForeign(findForeignFile(head), label);
  const hex = Array.from(head.subarray(0, 8), (byte) => byte.toString(16).padStart(2, "0")).join(" ");
  throw new FormatError(`${label}: not a checkpoint that Samoyed supports: it begins with ${hex}`, {
    hint: "Samoyed reads files of torch.save, torch.jit.save and torch.export.save, and safetensors.",
  });
}

function refuseForeign(foreign: ForeignFile | undefined, label: string): void {
  if (foreign === undefined) return;
  throw new FormatError(`${label}: not a checkpoint that Samoyed supports: it is ${foreign.noun}`, {
    hint: foreign.hint,
  });
}
