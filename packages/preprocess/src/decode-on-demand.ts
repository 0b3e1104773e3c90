import type { DecodeOptions, Image } from "./image.ts";
import { type DecodedFormat, decodedFormat } from "./decoded-format.ts";
import { loaded } from "./loaded.ts";
import { findMetadata } from "./metadata.ts";
import { requireBackground } from "./require-color.ts";

const DECODERS: Readonly<Record<DecodedFormat, (bytes: Uint8Array, options: DecodeOptions) => Promise<Image>>> = {
  JPEG: async (bytes, options) => {
    const { decodeScans } = await loaded(import("./jpeg/decode-scans.ts"));
    return decodeScans(bytes, options) ?? (await loaded(import("./jpeg/decode.ts"))).decodeJpeg(bytes, options);
  },
  PNG: async (bytes, options) => (await loaded(import("./png/decode.ts"))).decodePng(bytes, options),
  BMP: async (bytes, options) => (await loaded(import("./bmp/decode.ts"))).decodeBmp(bytes, options),
};

/**
 * Decodes an image file as `decodeImage` does. A page downloads a format's decoder when the first file of it comes, and
 * what decodes rare JPEGs, or turns images, when a file takes that.
 *
 * @throws what `decodeImage` throws.
 * @throws IoError when a decoder cannot be downloaded.
 */
export async function decodeOnDemand(bytes: Uint8Array, options: DecodeOptions): Promise<Image> {
  requireBackground(options);
  const format = decodedFormat(bytes) ?? (await loaded(import("./refuse-image.ts"))).refuseImage(bytes);
  const decode = DECODERS[format];
  const metadata = findMetadata(bytes);
  if (metadata.exif.length + metadata.xmp.length === 0) return decode(bytes, options);
  const orientation = (await loaded(import("./orientation.ts"))).orientationOf(metadata);
  if (orientation === 1) return decode(bytes, options);
  if (options.exifOrientation !== "apply") return { ...(await decode(bytes, options)), orientation };
  const turn = (await loaded(import("./turn.ts"))).turnOf(orientation, options);
  return turn.finish(await decode(bytes, turn.options));
}
