import { asciiBytes, hasBytesAt, UTF8_BYTE_ORDER_MARK } from "@samoyed/core";
import { type DecodedFormat, decodedFormat } from "./decoded-format.ts";

/** Image formats, detected by their first bytes. */
export type ImageFormat =
  | DecodedFormat
  | "TIFF"
  | "AVIF"
  | "HEIC"
  | "JPEG XL"
  | "JPEG 2000"
  | "PSD"
  | "ICO"
  | "PPM"
  | "PDF"
  | "SVG";

interface Signature {
  readonly format: ImageFormat;
  readonly offset: number;
  readonly bytes: readonly number[];
}

const SIGNATURES: readonly Signature[] = [
  { format: "TIFF", offset: 0, bytes: [...asciiBytes("II*"), 0] },
  { format: "TIFF", offset: 0, bytes: [...asciiBytes("MM"), 0, ...asciiBytes("*")] },
  { format: "AVIF", offset: 4, bytes: asciiBytes("ftypavif") },
  { format: "AVIF", offset: 4, bytes: asciiBytes("ftypavis") },
  { format: "HEIC", offset: 4, bytes: asciiBytes("ftyphei") },
  { format: "HEIC", offset: 4, bytes: asciiBytes("ftyphev") },
  { format: "HEIC", offset: 4, bytes: asciiBytes("ftypmif1") },
  { format: "HEIC", offset: 4, bytes: asciiBytes("ftypmsf1") },
  { format: "JPEG XL", offset: 0, bytes: [0xff, 0x0a] },
  { format: "JPEG XL", offset: 4, bytes: [...asciiBytes("JXL "), 0x0d, 0x0a, 0x87, 0x0a] },
  { format: "JPEG 2000", offset: 0, bytes: [0xff, 0x4f, 0xff, 0x51] },
  { format: "JPEG 2000", offset: 4, bytes: [...asciiBytes("jP  "), 0x0d, 0x0a, 0x87, 0x0a] },
  { format: "PSD", offset: 0, bytes: asciiBytes("8BPS") },
  { format: "ICO", offset: 0, bytes: [0, 0, 1, 0] },
  { format: "PDF", offset: 0, bytes: asciiBytes("%PDF-") },
];

/** Detects a file's format by its first bytes; undefined for unknown formats. */
export function detectFormat(bytes: Uint8Array): ImageFormat | undefined {
  const other = SIGNATURES.find(({ offset, bytes: wanted }) => hasBytesAt(bytes, wanted, offset))?.format;
  const found = decodedFormat(bytes) ?? other;
  if (found !== undefined) return found;
  const text = startOfText(bytes);
  if (/^P[1-7]\s/u.test(text)) return "PPM";
  return /^\s*(?:<\?xml[^>]*>|<!--[^>]*-->|<!DOCTYPE svg[^>]*>|\s)*<svg\b/u.test(text) ? "SVG" : undefined;
}

/** Whether bytes begin as a web page does, with which servers answer where there is no image. */
export function isWebPage(bytes: Uint8Array): boolean {
  return /^\s*<(?:!doctype html|html|head|body)\b/iu.test(startOfText(bytes));
}

function startOfText(bytes: Uint8Array): string {
  const start = hasBytesAt(bytes, UTF8_BYTE_ORDER_MARK) ? 3 : 0;
  return String.fromCharCode(...bytes.subarray(start, 1024));
}
