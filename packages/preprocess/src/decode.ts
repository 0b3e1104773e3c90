import { FormatError, UnsupportedError } from "@samoyed/core";

import { detectFormat } from "./detect.ts";
import type { DecodeOptions, Image } from "./image.ts";
import { decodeJpeg } from "./jpeg/decode.ts";
import { decodePng } from "./png/decode.ts";

/**
 * Decodes a JPEG or PNG file to 8-bit RGB, equal to the byte to Pillow's `Image.open(file).convert("RGB")`.
 *
 * EXIF orientation, color profiles and gamma are ignored, as timm and torchvision ignore them. The pixels are the
 * caller's to keep. `options.region` saves the work for what is outside of it, in JPEGs.
 *
 * @throws FormatError when the bytes are no image, or a damaged one.
 * @throws UnsupportedError for other formats, named, and for what `decodeJpeg` and `decodePng` do not handle.
 */
export function decodeImage(bytes: Uint8Array, options: DecodeOptions = {}): Image {
  const format = detectFormat(bytes);
  if (format === "JPEG") return decodeJpeg(bytes, options);
  if (format === "PNG") return decodePng(bytes);
  if (format === undefined) {
    const start = Array.from(bytes.subarray(0, 8), (byte) => byte.toString(16).padStart(2, "0")).join(" ");
    throw new FormatError(
      `not an image file that is known: ${bytes.length} bytes, beginning with ${start || "nothing"}`,
      {
        hint: "Give a JPEG or PNG file.",
      },
    );
  }
  throw new UnsupportedError(`${format} images are not supported; expected JPEG or PNG`, {
    hint: "Convert the image to PNG, which keeps every pixel.",
    details: { format },
  });
}
