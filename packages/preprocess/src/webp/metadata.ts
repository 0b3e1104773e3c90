import { asciiBytes, hasBytesAt } from "@samoyed/core";

import type { Metadata } from "../metadata.ts";

/** Finds the metadata of a WebP file, where Pillow looks for the orientation. */
export function webpMetadata(bytes: Uint8Array): Metadata {
  return { exif: firstChunk(bytes, "EXIF"), xmp: firstChunk(bytes, "XMP ") };
}

function firstChunk(bytes: Uint8Array, type: string): Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 12; at + 8 <= bytes.length;) {
    const length = view.getUint32(at + 4, true);
    if (hasBytesAt(bytes, asciiBytes(type), at)) return [bytes.subarray(at + 8, at + 8 + length)];
    at += 8 + length + (length & 1);
  }
  return [];
}
