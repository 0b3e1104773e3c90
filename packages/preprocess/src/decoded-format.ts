import { asciiBytes, hasBytesAt } from "@samoyed/core";

import { PNG_SIGNATURE } from "./png/signature.ts";

/** A format that is decoded. */
export type DecodedFormat = "JPEG" | "PNG" | "WebP" | "GIF" | "BMP";

/** The first bytes of the formats that are decoded; those of WebP come after the file's length. */
const SIGNATURES: Readonly<Record<DecodedFormat, readonly number[]>> = {
  JPEG: [0xff, 0xd8, 0xff],
  PNG: PNG_SIGNATURE,
  WebP: asciiBytes("WEBP"),
  GIF: asciiBytes("GIF8"),
  BMP: asciiBytes("BM"),
};

/** The formats that are decoded. */
export const DECODED: readonly DecodedFormat[] = Object.keys(SIGNATURES) as DecodedFormat[];

/** Detects the format of a file that can be decoded; undefined for others, which `refuseImage` refuses. */
export function decodedFormat(bytes: Uint8Array): DecodedFormat | undefined {
  return DECODED.find((format) => hasBytesAt(bytes, SIGNATURES[format], format === "WebP" ? 8 : 0));
}
