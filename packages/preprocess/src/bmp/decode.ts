import { asciiBytes, FormatError, hasBytesAt } from "@samoyed/core";

import { checkImageSize, type DecodeOptions, type Image } from "../image.ts";
import { type BmpHeader, readBmpHeader } from "./header.ts";
import { decodeRle } from "./rle.ts";

/** Pixels that a byte of run lengths may stand for; small images may have more, as in Pillow. */
const MAX_RUN_RATIO = 128;
const MAX_BLANK_PIXELS = 1 << 22;

/**
 * Decodes a BMP file to RGB, byte for byte equal to Pillow's `Image.open(file).convert("RGB")` (Pillow 13,
 * BmpImagePlugin.py): 1 to 32 bits, masks, run lengths, bottom up or top down. Alpha is dropped.
 *
 * @throws FormatError when the file is truncated or contradicts itself.
 * @throws UnsupportedError for what Pillow does not read either, and for more than `maxPixels` pixels.
 */
export function decodeBmp(bytes: Uint8Array, { maxPixels }: Pick<DecodeOptions, "maxPixels"> = {}): Image {
  if (!hasBytesAt(bytes, asciiBytes("BM"))) throw new FormatError("BMP: the file does not begin with BM");
  const header = readBmpHeader(bytes);
  const { width, height, bits, topDown, layout, offset } = header;
  if (width === 0 || height === 0) {
    throw new FormatError(`BMP: image is ${width}×${height} pixels in its header; expected at least 1×1`);
  }
  checkImageSize(width, height, maxPixels);
  const isRle = layout.kind === "rle";
  const rowBytes = Math.ceil((width * bits) / 8);
  const stride = isRle ? width : Math.floor((width * bits + 31) / 32) * 4;
  const end = offset + stride * (height - 1) + rowBytes;
  const tooLarge = isRle
    ? width * height > MAX_BLANK_PIXELS && width * height > bytes.length * MAX_RUN_RATIO
    : end > bytes.length;
  if (tooLarge) {
    throw new FormatError(`BMP: ${bytes.length} bytes cannot hold ${width}×${height} pixels of ${bits} bits`, {
      hint: "The file is truncated: fetch or copy it again.",
    });
  }
  const source = layout.kind === "rle" ? decodeRle(bytes, { offset, width, height, nibbles: layout.nibbles }) : bytes;
  const data = new Uint8Array(width * height * 3);
  const unpack = rowUnpacker(header);
  for (let row = 0; row < height; row++) {
    const to = (topDown ? row : height - 1 - row) * width * 3;
    unpack(source, (isRle ? 0 : offset) + row * stride, data.subarray(to, to + width * 3));
  }
  return { width, height, data };
}

type Unpacker = (from: Uint8Array, at: number, row: Uint8Array) => void;

function rowUnpacker({ layout, bits, palette }: BmpHeader): Unpacker {
  if (layout.kind === "bytes") {
    const { size, order } = layout;
    return (from, at, row) => {
      for (let to = 0, pixel = at; to < row.length; to += 3, pixel += size) {
        row[to] = from[pixel + order[0]]!;
        row[to + 1] = from[pixel + order[1]]!;
        row[to + 2] = from[pixel + order[2]]!;
      }
    };
  }
  if (layout.kind === "packed") {
    const { greenBits } = layout;
    const most = (1 << greenBits) - 1;
    return (from, at, row) => {
      for (let to = 0, pixel = at; to < row.length; to += 3, pixel += 2) {
        const value = from[pixel]! | (from[pixel + 1]! << 8);
        row[to] = (((value >> (5 + greenBits)) & 31) * 255) / 31;
        row[to + 1] = (((value >> 5) & most) * 255) / most;
        row[to + 2] = ((value & 31) * 255) / 31;
      }
    };
  }
  const depth = layout.kind === "rle" ? 8 : bits;
  const mask = (1 << depth) - 1;
  return (from, at, row) => {
    for (let to = 0, bit = 0; to < row.length; to += 3, bit += depth) {
      const index = (from[at + (bit >> 3)]! >> (8 - depth - (bit & 7))) & mask;
      row[to] = palette[3 * index]!;
      row[to + 1] = palette[3 * index + 1]!;
      row[to + 2] = palette[3 * index + 2]!;
    }
  };
}
