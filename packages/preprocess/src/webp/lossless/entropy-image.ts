import { damaged } from "../damaged.ts";
import type { BitReader } from "./bit-reader.ts";
import { type PrefixCode, readPrefixCode, readSymbol } from "./prefix-code.ts";

/** A size in pixels, and its pixels: alpha, red, green, blue from the highest byte on. */
export interface ArgbImage {
  readonly width: number;
  readonly height: number;
  readonly pixels: Int32Array;
}

/** Codes for green (with lengths and the cache), red, blue, alpha, and distances. */
type CodeGroup = readonly [PrefixCode, PrefixCode, PrefixCode, PrefixCode, PrefixCode];

/** Which code is used where. */
interface Codes {
  readonly groups: readonly CodeGroup[];
  /** The group of each square of `1 << bits` pixels. */
  readonly places: { readonly bits: number; readonly width: number; readonly groups: Int32Array } | undefined;
}

const LITERALS = 256;
const LENGTHS = 24;
const DISTANCES = 40;
const MOST_CACHE_BITS = 11;

/** Distances of small codes, as rows up and columns to the left (`8 − x`), one byte each. */
const NEAR =
  "18 07 17 19 28 06 27 29 16 1a 26 2a 38 05 37 39 15 1b 36 3a 25 2b 48 04 47 49 14 1c 35 3b 46 4a 24 2c 58 45 4b 34 3c 03 " +
  "57 59 13 1d 56 5a 23 2d 44 4c 55 5b 33 3d 68 02 67 69 12 1e 66 6a 22 2e 54 5c 43 4d 65 6b 32 3e 78 01 77 79 53 5d 11 1f " +
  "64 6c 42 4e 76 7a 21 2f 75 7b 31 3f 63 6d 52 5e 00 74 7c 41 4f 10 20 62 6e 30 73 7d 51 5f 40 72 7e 61 6f 50 71 7f 60 70";
const NEAR_DISTANCES: readonly number[] = NEAR.split(" ").map((hex) => Number.parseInt(hex, 16));

/**
 * Reads an image of prefix codes, backward references and a cache of colors.
 *
 * @param options.main whether it is the picture itself, which may have codes for each of its parts.
 * @throws FormatError when the data end early or contradict themselves.
 * Matches RFC 9649, section 5, and libwebp 1.6 where it is silent.
 */
export function readEntropyImage(
  reader: BitReader,
  { width, height, main }: { readonly width: number; readonly height: number; readonly main: boolean },
): ArgbImage {
  const cacheBits = reader.take(1) === 1 ? reader.take(4) : 0;
  if (cacheBits > MOST_CACHE_BITS) throw damaged(`the color cache has ${cacheBits} bits; expected 1 to 11`);
  const codes = readCodes(reader, { width, height, main, cacheBits });
  return { width, height, pixels: readPixels(reader, { width, height, cacheBits, codes }) };
}

function readCodes(
  reader: BitReader,
  {
    width,
    height,
    main,
    cacheBits,
  }: { readonly width: number; readonly height: number; readonly main: boolean; readonly cacheBits: number },
): Codes {
  const group = (): CodeGroup => [
    readPrefixCode(reader, LITERALS + LENGTHS + (cacheBits > 0 ? 1 << cacheBits : 0)),
    readPrefixCode(reader, LITERALS),
    readPrefixCode(reader, LITERALS),
    readPrefixCode(reader, LITERALS),
    readPrefixCode(reader, DISTANCES),
  ];
  if (!main || reader.take(1) === 0) return { groups: [group()], places: undefined };
  const bits = 2 + reader.take(3);
  const parts = readEntropyImage(reader, { width: parted(width, bits), height: parted(height, bits), main: false });
  const numbers = parts.pixels.map((pixel) => (pixel >> 8) & 0xffff);
  const count = numbers.reduce((most, number) => Math.max(most, number), 0) + 1;
  // Groups that no part uses are read, and not kept.
  const used = new Map<number, number>();
  for (const number of numbers) if (!used.has(number)) used.set(number, used.size);
  const groups: CodeGroup[] = [];
  for (let number = 0; number < count; number++) {
    const read = group();
    const index = used.get(number);
    if (index !== undefined) groups[index] = read;
  }
  return { groups, places: { bits, width: parts.width, groups: numbers.map((number) => used.get(number)!) } };
}

/** The number of squares of `1 << bits` pixels on a side. */
export function parted(side: number, bits: number): number {
  return (side + (1 << bits) - 1) >> bits;
}

function readPixels(
  reader: BitReader,
  {
    width,
    height,
    cacheBits,
    codes: { groups, places },
  }: { readonly width: number; readonly height: number; readonly cacheBits: number; readonly codes: Codes },
): Int32Array {
  const pixels = new Int32Array(width * height);
  const cache = new Int32Array(1 << cacheBits);
  const cacheShift = 32 - cacheBits;
  let cached = 0;
  const fillCache = (to: number): void => {
    if (cacheBits === 0) return;
    for (; cached < to; cached++) cache[Math.imul(pixels[cached]!, 0x1e35a7bd) >>> cacheShift] = pixels[cached]!;
  };
  const mask = places === undefined ? -1 : (1 << places.bits) - 1;
  let group = groups[0]!;
  let column = 0;
  let row = 0;
  const chooseGroup = (): void => {
    if (places !== undefined) {
      group = groups[places.groups[(row >> places.bits) * places.width + (column >> places.bits)]!]!;
    }
  };
  for (let at = 0; at < pixels.length;) {
    if ((column & mask) === 0) chooseGroup();
    const green = readSymbol(reader, group[0]);
    if (green >= LITERALS && green < LITERALS + LENGTHS) {
      const length = readExtent(reader, green - LITERALS);
      const distance = distanceOf(readExtent(reader, readSymbol(reader, group[4])), width);
      reader.requireData();
      if (distance > at || length > pixels.length - at) throw damaged("a reference leads out of the image");
      for (const end = at + length; at < end; at++) pixels[at] = pixels[at - distance]!;
      row = Math.floor(at / width);
      column = at - row * width;
      if ((column & mask) !== 0 && at < pixels.length) chooseGroup();
      fillCache(at);
      continue;
    }
    if (green < LITERALS) {
      const red = readSymbol(reader, group[1]);
      const blue = readSymbol(reader, group[2]);
      const alpha = readSymbol(reader, group[3]);
      pixels[at] = (alpha << 24) | (red << 16) | (green << 8) | blue;
    } else {
      fillCache(at);
      pixels[at] = cache[green - LITERALS - LENGTHS]!;
    }
    at++;
    if (++column === width) {
      reader.requireData();
      column = 0;
      row++;
    }
  }
  return pixels;
}

/** A length or a distance: a power of two and further bits. */
function readExtent(reader: BitReader, symbol: number): number {
  if (symbol < 4) return symbol + 1;
  const bits = (symbol - 2) >> 1;
  const low = reader.take(Math.min(bits, 10));
  const extra = bits > 10 ? low | (reader.take(bits - 10) << 10) : low;
  return ((2 + (symbol & 1)) << bits) + extra + 1;
}

function distanceOf(code: number, width: number): number {
  if (code > NEAR_DISTANCES.length) return code - NEAR_DISTANCES.length;
  const near = NEAR_DISTANCES[code - 1]!;
  return Math.max(1, (near >> 4) * width + 8 - (near & 15));
}
