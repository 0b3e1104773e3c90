import type { DecodeOptions, Image } from "../image.ts";
import { decodeScans } from "./decode-scans.ts";
import { RARE } from "./rare.ts";

/**
 * Decodes a JPEG file to RGB, byte for byte equal to Pillow's `Image.open(file).convert("RGB")` (Pillow 13, libjpeg-turbo
 * 3 with its defaults). EXIF orientation and ICC profiles are ignored, as in Pillow. Damaged entropy-coded data decode to
 * the same pixels as in libjpeg-turbo.
 *
 * @throws FormatError when the file is truncated or contradicts itself.
 * @throws UnsupportedError for images that Pillow or this decoder does not handle: arithmetic coding, lossless and hierarchical
 * images, 12 bits per sample, fractional sampling ratios, more than `MAX_PIXELS` pixels.
 */
export function decodeJpeg(bytes: Uint8Array, options: DecodeOptions = {}): Image {
  return decodeScans(bytes, options, RARE);
}
