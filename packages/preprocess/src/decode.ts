import { decodeBmp } from "./bmp/decode.ts";
import type { DecodeOptions, Image } from "./image.ts";
import { type DecodedFormat, decodedFormat } from "./decoded-format.ts";
import type { ImageBytes } from "./image-source.ts";
import { decodeGif } from "./gif/decode.ts";
import { decodeJpeg } from "./jpeg/decode.ts";
import { requireBytes } from "./not-an-image.ts";
import { readOrientation } from "./orientation.ts";
import { decodePng } from "./png/decode.ts";
import { refuseImage } from "./refuse-image.ts";
import { requireBackground } from "./require-color.ts";
import { turnOf } from "./turn.ts";
import { decodeWebp } from "./webp/decode.ts";

const DECODERS: Readonly<Record<DecodedFormat, (bytes: Uint8Array, options: DecodeOptions) => Image>> = {
  JPEG: decodeJpeg,
  PNG: decodePng,
  WebP: decodeWebp,
  GIF: decodeGif,
  BMP: decodeBmp,
};

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
  requireBackground(options);
  const decode = DECODERS[decodedFormat(bytes) ?? refuseImage(bytes)];
  const orientation = readOrientation(bytes);
  if (orientation === 1) return decode(bytes, options);
  if (options.exifOrientation !== "apply") return { ...decode(bytes, options), orientation };
  const turn = turnOf(orientation, options);
  return turn.finish(decode(bytes, turn.options));
}
