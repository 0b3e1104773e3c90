import { FormatError } from "@samoyed/core";

import { blendOver } from "../blend.ts";
import { checkImageSize, type DecodeOptions, type Image } from "../image.ts";
import { type GifFrame, readFirstFrame } from "./blocks.ts";
import { decodeLzw } from "./lzw.ts";

/** Most pixels that a byte of codes stands for: a code of 12 bits for a table of strings. */
const MOST_PIXELS_A_BYTE = 4096;
/** A larger image must not be nearly empty; Pillow has no such limit. */
const MOST_BLANK_PIXELS = 1 << 22;

/** First row and distance of each pass of an interlaced frame. */
const PASSES = [
  [0, 8],
  [4, 8],
  [2, 4],
  [1, 2],
] as const;

/**
 * Decodes the first frame of a GIF file to RGB, byte for byte equal to Pillow's `Image.open(file).convert("RGB")` (Pillow 13,
 * GifImagePlugin.py and GifDecode.c). Around a frame that is a part of the image are pixels of the transparent index, else
 * of index 0; without a `background`, transparent pixels have their color in the palette.
 *
 * @throws FormatError when the file is truncated or contradicts itself, or is much too short for its size.
 * @throws UnsupportedError when the image has more than `maxPixels` pixels.
 */
export function decodeGif(
  bytes: Uint8Array,
  { maxPixels, background }: Pick<DecodeOptions, "maxPixels" | "background"> = {},
): Image {
  const frame = readFirstFrame(bytes);
  const { width, height, frameWidth, frameHeight, palette, transparent, codeBits, offset } = frame;
  if (frameWidth === 0 || frameHeight === 0) {
    throw new FormatError(`GIF: the first frame is ${frameWidth}×${frameHeight} pixels; expected at least 1×1`);
  }
  checkImageSize(width, height, maxPixels);
  if (width * height > Math.max(MOST_BLANK_PIXELS, bytes.length * MOST_PIXELS_A_BYTE)) {
    throw new FormatError(`GIF: ${bytes.length} bytes cannot hold ${width}×${height} pixels`, {
      hint: "The file is truncated: fetch or copy it again.",
    });
  }
  const indexes = new Uint8Array(width * height).fill(transparent ?? 0);
  place(decodeLzw(bytes, { offset, codeBits, length: frameWidth * frameHeight }), { on: indexes, frame });
  const data = new Uint8Array(width * height * 3);
  for (const [i, index] of indexes.entries()) {
    // Indexes beyond the palette are black.
    data[3 * i] = palette === undefined ? index : (palette[3 * index] ?? 0);
    data[3 * i + 1] = palette === undefined ? index : (palette[3 * index + 1] ?? 0);
    data[3 * i + 2] = palette === undefined ? index : (palette[3 * index + 2] ?? 0);
  }
  if (background !== undefined && transparent !== undefined) {
    blendOver(
      data,
      indexes.map((index) => (index === transparent ? 0 : 255)),
      background,
    );
  }
  return { width, height, data };
}

/** Puts the rows of a frame, which may be interlaced, at its place in the image. */
function place(rows: Uint8Array, { on, frame }: { readonly on: Uint8Array; readonly frame: GifFrame }): void {
  const { x, y, width, frameWidth, frameHeight, interlaced } = frame;
  let from = 0;
  for (const [first, step] of interlaced ? PASSES : ([[0, 1]] as const)) {
    for (let row = first; row < frameHeight; row += step, from += frameWidth) {
      on.set(rows.subarray(from, from + frameWidth), (y + row) * width + x);
    }
  }
}
