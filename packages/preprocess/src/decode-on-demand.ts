import type { DecodeOptions, Image } from "./image.ts";
import { type DecodedFormat, decodedFormat } from "./decoded-format.ts";
import { loaded } from "./loaded.ts";
import { findMetadata } from "./metadata.ts";
import type { Orientation } from "./orientation-of.ts";
import type { Decoder } from "./other-decoders.ts";
import { requireBackground } from "./require-color.ts";

const decodeJpeg: Decoder = async (bytes, options) => {
  const { decodeScans } = await loaded(import("./jpeg/decode-scans.ts"));
  return decodeScans(bytes, options) ?? (await loaded(import("./jpeg/decode.ts"))).decodeJpeg(bytes, options);
};

const decodePng: Decoder = async (bytes, options) =>
  (await loaded(import("./png/decode.ts"))).decodePng(bytes, options);

async function decoderOf(format: DecodedFormat): Promise<Decoder> {
  if (format === "JPEG") return decodeJpeg;
  if (format === "PNG") return decodePng;
  return (await loaded(import("./other-decoders.ts"))).OTHER_DECODERS[format];
}

async function orientationIn(bytes: Uint8Array, format: DecodedFormat): Promise<Orientation> {
  if (format === "WebP") return (await loaded(import("./orientation.ts"))).readOrientation(bytes);
  const metadata = findMetadata(bytes);
  if (metadata.exif.length + metadata.xmp.length === 0) return 1;
  return (await loaded(import("./orientation-of.ts"))).orientationOf(metadata);
}

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
  const decode = await decoderOf(format);
  const orientation = await orientationIn(bytes, format);
  if (orientation === 1) return decode(bytes, options);
  if (options.exifOrientation !== "apply") return { ...(await decode(bytes, options)), orientation };
  const turn = (await loaded(import("./turn.ts"))).turnOf(orientation, options);
  return turn.finish(await decode(bytes, turn.options));
}
