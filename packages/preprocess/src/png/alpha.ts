import type { PngHeader } from "./chunks.ts";

/** Reads the opacity of a row of unfiltered pixels, a byte each: pixel `i` from `offset` on. */
export type AlphaReader = (from: Uint8Array, offset: number, pixel: number) => number;

/**
 * The opacity of a PNG's pixels, as in Pillow's `convert("RGBA")`: the high byte of an alpha channel, a palette's own values,
 * and 0 for the one transparent color of 8-bit gray and RGB. Undefined where every pixel is opaque.
 *
 * Transparent colors of other depths are compared as the file stores them, which Pillow does not always do.
 */
export function alphaReader(
  { colorType, bitDepth }: PngHeader,
  transparency: Uint8Array | undefined,
): AlphaReader | undefined {
  const sampleBytes = bitDepth / 8;
  if (colorType === 4) return (from, offset, pixel) => from[offset + pixel * 2 * sampleBytes + sampleBytes]!;
  if (colorType === 6) return (from, offset, pixel) => from[offset + pixel * 4 * sampleBytes + 3 * sampleBytes]!;
  if (transparency === undefined) return undefined;
  if (colorType === 3) {
    return (from, offset, pixel) => transparency[sampleAt(from, { offset, pixel, bitDepth })] ?? 255;
  }
  const channels = colorType === 2 ? 3 : 1;
  if (transparency.length < 2 * channels) return undefined;
  const mask = (1 << bitDepth) - 1;
  const wanted = Array.from(
    { length: channels },
    (_, i) => ((transparency[2 * i]! << 8) | transparency[2 * i + 1]!) & mask,
  );
  return (from, offset, pixel) =>
    wanted.every((value, i) => sampleAt(from, { offset, pixel: pixel * channels + i, bitDepth }) === value) ? 0 : 255;
}

/** A sample of 1 to 16 bits. */
function sampleAt(
  from: Uint8Array,
  { offset, pixel, bitDepth }: { readonly offset: number; readonly pixel: number; readonly bitDepth: number },
): number {
  if (bitDepth === 16) return (from[offset + 2 * pixel]! << 8) | from[offset + 2 * pixel + 1]!;
  const bit = pixel * bitDepth;
  return (from[offset + (bit >> 3)]! >> (8 - bitDepth - (bit & 7))) & ((1 << bitDepth) - 1);
}
