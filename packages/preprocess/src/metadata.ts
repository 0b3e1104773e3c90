import { asciiBytes, hasBytesAt } from "@samoyed/core";

import { MARKER, nextMarker } from "./jpeg/next-marker.ts";
import { PNG_SIGNATURE } from "./png/signature.ts";

/** The parts of a file that may have its orientation; views. */
export interface Metadata {
  /** EXIF data, in order. Those of a JPEG are without their name. */
  readonly exif: readonly Uint8Array[];
  readonly xmp: readonly Uint8Array[];
}

/** The name of EXIF data in a JPEG. */
export const EXIF: readonly number[] = [...asciiBytes("Exif"), 0, 0];
const XMP = asciiBytes("http://ns.adobe.com/xap/1.0/");

/** Finds the metadata of a JPEG or PNG file, where Pillow looks for the orientation; see `webpMetadata`. */
export function findMetadata(bytes: Uint8Array): Metadata {
  const isPng = hasBytesAt(bytes, PNG_SIGNATURE);
  if (isPng || bytes[0] !== 0xff) return { exif: isPng ? pngExif(bytes) : [], xmp: [] };
  const segments = applicationSegments(bytes);
  return {
    exif: segments.filter((segment) => hasBytesAt(segment, EXIF)).map((segment) => segment.subarray(EXIF.length)),
    xmp: segments.filter((segment) => hasBytesAt(segment, XMP)),
  };
}

/** The first chunk of EXIF data. */
function pngExif(bytes: Uint8Array): Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = PNG_SIGNATURE.length; at + 8 <= bytes.length;) {
    const length = view.getUint32(at);
    if (hasBytesAt(bytes, asciiBytes("eXIf"), at + 4)) return [bytes.subarray(at + 8, at + 8 + length)];
    at += length + 12;
  }
  return [];
}

/** The segments APP1 before a JPEG's image data. */
function applicationSegments(bytes: Uint8Array): Uint8Array[] {
  const segments: Uint8Array[] = [];
  for (let marker = nextMarker(bytes, 2); marker !== undefined && marker.code !== MARKER.SOS;) {
    const { code, offset } = marker;
    if (offset + 2 > bytes.length) break;
    const end = offset + ((bytes[offset]! << 8) | bytes[offset + 1]!);
    if (code === MARKER.APP0 + 1) segments.push(bytes.subarray(offset + 2, end));
    marker = nextMarker(bytes, end);
  }
  return segments;
}
