import { decodedFormat } from "./decoded-format.ts";
import { findMetadata } from "./metadata.ts";
import { type Orientation, orientationOf } from "./orientation-of.ts";
import { webpMetadata } from "./webp/metadata.ts";

/**
 * Reads the EXIF orientation of a JPEG, PNG or WebP file, as Pillow's `ImageOps.exif_transpose` finds it: in its EXIF data, or else
 * in the XMP data of a JPEG or WebP file. 1 if there is none, or it cannot be read.
 */
export function readOrientation(bytes: Uint8Array): Orientation {
  return orientationOf(decodedFormat(bytes) === "WebP" ? webpMetadata(bytes) : findMetadata(bytes));
}
