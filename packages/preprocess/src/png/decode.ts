import { FormatError, hasBytesAt } from "@samoyed/core";

import { blendOver } from "../blend.ts";
import { checkImageSize, type DecodeOptions, type Image } from "../image.ts";
import { alphaReader } from "./alpha.ts";
import { type PngHeader, readPngParts, truncated } from "./chunks.ts";
import { inflateInto } from "./inflate.ts";
import { PNG_SIGNATURE } from "./signature.ts";
import { unfilter } from "./unfilter.ts";

/** One of the sub-images of an interlaced image: its pixels are those of the whole image from `x`, `y` in steps. */
interface Pass {
  readonly x: number;
  readonly y: number;
  readonly stepX: number;
  readonly stepY: number;
}

/** The seven passes of Adam7 (PNG 8.2). */
const ADAM7: readonly Pass[] = [
  { x: 0, y: 0, stepX: 8, stepY: 8 },
  { x: 4, y: 0, stepX: 8, stepY: 8 },
  { x: 0, y: 4, stepX: 4, stepY: 8 },
  { x: 2, y: 0, stepX: 4, stepY: 4 },
  { x: 0, y: 2, stepX: 2, stepY: 4 },
  { x: 1, y: 0, stepX: 2, stepY: 2 },
  { x: 0, y: 1, stepX: 1, stepY: 2 },
];

const WHOLE_IMAGE: readonly Pass[] = [{ x: 0, y: 0, stepX: 1, stepY: 1 }];

/** Channels of each color type. */
const CHANNELS: ReadonlyMap<number, number> = new Map([
  [0, 1],
  [2, 3],
  [3, 1],
  [4, 2],
  [6, 4],
]);

/** Most bytes that one byte of a deflate stream can inflate to: 258 bytes for two bits. */
const MAX_DEFLATE_RATIO = 1032;

/**
 * Decodes a PNG file to RGB, byte for byte equal to Pillow's `Image.open(file).convert("RGB")` (Pillow 13,
 * PngImagePlugin.py and ZipDecode.c): all color types and bit depths, interlaced or not.
 *
 * Alpha and transparent colors are dropped, or blended over `background` where that is given; color profiles and gamma are ignored; 16-bit colors and
 * gray with alpha keep their high byte, and 16-bit gray becomes min(value, 255). Of an animation, the first image is decoded.
 *
 * @throws FormatError when the file is truncated or contradicts itself.
 * @throws UnsupportedError for more than `MAX_PIXELS` pixels, and when the first frame of an animation is only a part.
 */
export function decodePng(
  bytes: Uint8Array,
  { background, maxPixels }: Pick<DecodeOptions, "background" | "maxPixels"> = {},
): Image {
  if (!hasBytesAt(bytes, PNG_SIGNATURE)) throw new FormatError("PNG: the file has no PNG signature");
  const { header, palette, transparency, compressed, beforeCut = 0 } = readPngParts(bytes);
  const { width, height } = header;
  if (width === 0 || height === 0) {
    throw new FormatError(`PNG: image is ${width}×${height} pixels in its header; expected at least 1×1`);
  }
  checkImageSize(width, height, maxPixels);
  const bits = header.bitDepth * CHANNELS.get(header.colorType)!;
  const passes = (header.interlaced ? ADAM7 : WHOLE_IMAGE)
    .map((pass) => {
      const columns = Math.ceil((width - pass.x) / pass.stepX);
      const rows = Math.ceil((height - pass.y) / pass.stepY);
      return { ...pass, columns, rows, rowBytes: Math.ceil((columns * bits) / 8) };
    })
    .filter(({ columns, rows }) => columns > 0 && rows > 0);
  const size = passes.reduce((sum, { rows, rowBytes }) => sum + rows * (rowBytes + 1), 0);
  if (size > compressed.length * MAX_DEFLATE_RATIO) {
    throw new FormatError(
      `PNG: ${compressed.length} bytes of image data cannot hold ${width}×${height} pixels of ${bits} bits`,
    );
  }
  const filtered = new Uint8Array(size);
  if (beforeCut > 0 && isComplete(filtered, compressed.subarray(0, beforeCut))) {
    // Pillow does not need the chunk, and yet wants it whole.
    throw truncated(bytes, "in image data after the last row");
  }
  inflateInto(filtered, compressed);

  const data = new Uint8Array(width * height * 3);
  const unpack = pixelUnpacker(header, palette);
  const alphaAt = background === undefined ? undefined : alphaReader(header, transparency);
  const alpha = new Uint8Array(alphaAt === undefined ? 0 : width * height);
  let offset = 0;
  for (const { x, y, stepX, stepY, columns, rows, rowBytes } of passes) {
    unfilter(filtered, { offset, rows, rowBytes, pixelBytes: Math.ceil(bits / 8) });
    for (let row = 0; row < rows; row++) {
      const to = (y + row * stepY) * width + x;
      const from = offset + row * (rowBytes + 1) + 1;
      unpack(filtered, from, { data, to: to * 3, step: stepX * 3, columns });
      if (alphaAt !== undefined) {
        for (let i = 0; i < columns; i++) alpha[to + i * stepX] = alphaAt(filtered, from, i);
      }
    }
    offset += rows * (rowBytes + 1);
  }
  if (background !== undefined) blendOver(data, alpha, background);
  return { width, height, data };
}

/** Whether a part of the stream has all rows. */
function isComplete(filtered: Uint8Array, compressed: Uint8Array): boolean {
  try {
    inflateInto(filtered, compressed);
    return true;
  } catch {
    return false;
  }
}

/** Destination of a row's pixels. */
interface RowTarget {
  readonly data: Uint8Array;
  readonly to: number;
  readonly step: number;
  readonly columns: number;
}

type Unpacker = (from: Uint8Array, offset: number, target: RowTarget) => void;

function pixelUnpacker({ colorType, bitDepth }: PngHeader, palette: Uint8Array): Unpacker {
  if (colorType === 2 || colorType === 6) {
    const sampleBytes = bitDepth / 8;
    return unpackSamples({
      pixelBytes: CHANNELS.get(colorType)! * sampleBytes,
      green: sampleBytes,
      blue: 2 * sampleBytes,
    });
  }
  if (colorType === 4) return unpackSamples({ pixelBytes: bitDepth / 4, green: 0, blue: 0 });
  if (colorType === 0 && bitDepth === 16) return unpackGray16;
  // The remaining types have one value of up to 8 bits per pixel: a palette index, or gray scaled evenly to 0–255. Entries
  // missing in the palette are black.
  const colors = new Uint8Array(768);
  if (colorType === 3) colors.set(palette.subarray(0, palette.length - (palette.length % 3)));
  else
    for (let value = 0; value < 1 << bitDepth; value++)
      colors.fill((value * 255) / ((1 << bitDepth) - 1), value * 3, value * 3 + 3);
  return unpackLookup(bitDepth, colors);
}

function unpackSamples({ pixelBytes, green, blue }: { pixelBytes: number; green: number; blue: number }): Unpacker {
  return (from, offset, { data, to, step, columns }) => {
    for (let i = 0, at = offset, out = to; i < columns; i++, at += pixelBytes, out += step) {
      data[out] = from[at]!;
      data[out + 1] = from[at + green]!;
      data[out + 2] = from[at + blue]!;
    }
  };
}

function unpackGray16(from: Uint8Array, offset: number, { data, to, step, columns }: RowTarget): void {
  for (let i = 0, out = to; i < columns; i++, out += step) {
    const high = from[offset + 2 * i]!;
    const value = high === 0 ? from[offset + 2 * i + 1]! : 255;
    data.fill(value, out, out + 3);
  }
}

function unpackLookup(bitDepth: number, colors: Uint8Array): Unpacker {
  const perByte = 8 / bitDepth;
  const mask = (1 << bitDepth) - 1;
  return (from, offset, { data, to, step, columns }) => {
    for (let i = 0, out = to; i < columns; i++, out += step) {
      const byte = from[offset + Math.floor(i / perByte)]!;
      const color = ((byte >> (8 - bitDepth - (i % perByte) * bitDepth)) & mask) * 3;
      data[out] = colors[color]!;
      data[out + 1] = colors[color + 1]!;
      data[out + 2] = colors[color + 2]!;
    }
  };
}
