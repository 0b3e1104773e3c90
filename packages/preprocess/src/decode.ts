import { FormatError, UnsupportedError } from "@samoyed/core";

import { decodeBmp } from "./bmp/decode.ts";
import { DECODED, detectFormat, isWebPage } from "./detect.ts";
import type { DecodeOptions, Image } from "./image.ts";
import { type ImageBytes, requireBytes } from "./image-source.ts";
import { decodeJpeg } from "./jpeg/decode.ts";
import { type Orientation, orientedSize, orientImage, readOrientation, storedBox } from "./orientation.ts";
import { decodePng } from "./png/decode.ts";
import { requireColor } from "./require-color.ts";

/**
 * Decodes an image file to 8-bit RGB, byte for byte equal to Pillow's `Image.open(file).convert("RGB")`.
 *
 * Color profiles and gamma are ignored, and unless asked for otherwise EXIF orientation and alpha, as in timm and
 * torchvision; an orientation that was ignored is in the result. The pixels belong to the caller. `options.region` saves the work outside of it, in JPEGs.
 *
 * @throws UsageError when it is not given bytes.
 * @throws FormatError when the bytes are not an image, or a damaged one.
 * @throws UnsupportedError for other formats, by name, and for images that `decodeJpeg` and `decodePng` do not handle.
 */
export function decodeImage(file: ImageBytes, options: DecodeOptions = {}): Image {
  const bytes = requireBytes(file);
  if (options.background !== undefined) requireColor("background", options.background, [3]);
  const format = detectFormat(bytes);
  if (format === "JPEG" || format === "PNG") {
    const decode = format === "JPEG" ? decodeJpeg : decodePng;
    const orientation = readOrientation(bytes);
    if (orientation === 1) return decode(bytes, options);
    if (options.exifOrientation !== "apply") return { ...decode(bytes, options), orientation };
    return orientImage(decode(bytes, { ...options, ...orientedRegion(options, orientation) }), orientation);
  }
  if (format === "BMP") return decodeBmp(bytes, options);
  if (format === undefined) throw notAnImageFile(bytes);
  throw new UnsupportedError(`${format} images are not decoded; expected ${FORMATS}`, {
    hint:
      "Convert it without loss: python -c \"from PIL import Image; Image.open('in').convert('RGB').save('out.png')\". " +
      "Or decode it elsewhere and give the pixels: { width, height, channels, data }.",
    details: { format },
  });
}

const FORMATS = DECODED.join(", ").replace(/, ([^,]*)$/u, " or $1");

function notAnImageFile(bytes: Uint8Array): FormatError {
  if (isWebPage(bytes)) {
    return new FormatError(`not an image: ${bytes.length} bytes of a web page`, {
      hint: "The address answers with a page, as for a missing file: open it in a browser.",
    });
  }
  const start = Array.from(bytes.subarray(0, 8), (byte) => byte.toString(16).padStart(2, "0")).join(" ");
  return new FormatError(`not a known image format: ${bytes.length} bytes, beginning with ${start || "nothing"}`, {
    hint: `Give a file of the format ${FORMATS}, or pixels: { width, height, channels, data }.`,
  });
}

/** The part of the stored image that a caller wants of the turned one. */
function orientedRegion({ region }: DecodeOptions, orientation: Orientation): Pick<DecodeOptions, "region"> {
  if (region === undefined) return {};
  return { region: (size) => storedBox(region(orientedSize(size, orientation)), size, orientation) };
}
