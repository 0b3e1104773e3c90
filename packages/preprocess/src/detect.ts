import { asciiBytes, hasBytesAt } from "@samoyed/core";
import { PNG_SIGNATURE } from "./png/chunks.ts";

/** Image formats, detected by their first bytes; only JPEG and PNG are decoded. */
export type ImageFormat =
  | "JPEG"
  | "PNG"
  | "GIF"
  | "WebP"
  | "BMP"
  | "TIFF"
  | "AVIF"
  | "HEIC"
  | "JPEG XL"
  | "JPEG 2000"
  | "SVG";

interface Signature {
  readonly format: ImageFormat;
  readonly offset: number;
  readonly bytes: readonly number[];
}

const SIGNATURES: readonly Signature[] = [
  { format: "JPEG", offset: 0, bytes: [0xff, 0xd8, 0xff] },
  { format: "PNG", offset: 0, bytes: PNG_SIGNATURE },
  { format: "GIF", offset: 0, bytes: asciiBytes("GIF87a") },
  { format: "GIF", offset: 0, bytes: asciiBytes("GIF89a") },
  { format: "WebP", offset: 8, bytes: asciiBytes("WEBP") },
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
  { format: "BMP", offset: 0, bytes: asciiBytes("BM") },
  { format: "SVG", offset: 0, bytes: asciiBytes("<svg") },
];

/** Detects a file's format by its first bytes; undefined for unknown formats. */
export function detectFormat(bytes: Uint8Array): ImageFormat | undefined {
  return SIGNATURES.find(({ offset, bytes: wanted }) => hasBytesAt(bytes, wanted, offset))?.format;
}
