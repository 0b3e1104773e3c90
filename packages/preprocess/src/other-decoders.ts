import type { DecodedFormat } from "./decoded-format.ts";
import type { DecodeOptions, Image } from "./image.ts";
import { loaded } from "./loaded.ts";

/** Decodes a file of one format. */
export type Decoder = (bytes: Uint8Array, options: DecodeOptions) => Promise<Image>;

/** Decoders of the formats that few photographs have; a page downloads each when the first file of it comes. */
export const OTHER_DECODERS: Readonly<Record<Exclude<DecodedFormat, "JPEG" | "PNG">, Decoder>> = {
  WebP: async (bytes, options) => (await loaded(import("./webp/decode.ts"))).decodeWebp(bytes, options),
  GIF: async (bytes, options) => (await loaded(import("./gif/decode.ts"))).decodeGif(bytes, options),
  BMP: async (bytes, options) => (await loaded(import("./bmp/decode.ts"))).decodeBmp(bytes, options),
};
