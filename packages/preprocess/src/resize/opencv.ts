import type { Image, Size } from "../image.ts";
import { isOpenCvFilter, notOpenCv } from "./opencv-filter.ts";
import { roundHalfEven } from "../transform/round.ts";
import type { Interpolation } from "./filters.ts";
import { areaWeights, resizeArea } from "./opencv-area.ts";

/** Fractional bits of OpenCV's weights. */
const BITS = 11;
const ONE = 1 << BITS;

/** How many elements of a row OpenCV's vector code takes at once. */
const LANES = 8;

/** For each position of a side: the first input position that contributes, and the weights from it on, as integers. */
interface Taps {
  readonly first: Int32Array;
  readonly weights: Int32Array;
  readonly count: 2 | 4;
}

/**
 * Resizes an image as OpenCV's `resize` does for 8 bits: `INTER_NEAREST`, `INTER_LINEAR` (`bilinear`), `INTER_CUBIC`
 * (`bicubic`) and `INTER_AREA` (`box`).
 *
 * @throws UsageError when OpenCV does not have the filter, or it is not computed here.
 * Matches OpenCV 4.12 and 5.0, modules/imgproc/src/resize.cpp, on a processor with vectors of 128 bits; `INTER_CUBIC` without
 * IPP, which is closed.
 */
export function resizeOpenCv(
  image: Image,
  { width, height, interpolation }: Size & { readonly interpolation: Interpolation },
): Image {
  if (!isOpenCvFilter(interpolation)) throw notOpenCv(interpolation);
  if (interpolation === "nearest") return resizeNearest(image, { width, height });
  const across = image.width / width;
  const down = image.height / height;
  // For a half of both sides both are the same.
  const isArea = interpolation === "box" || (interpolation === "bilinear" && across === 2 && down === 2);
  if (isArea && across >= 1 && down >= 1) {
    return resizeArea(image, {
      width,
      height,
      across: areaWeights(image.width, width),
      down: areaWeights(image.height, height),
    });
  }
  const taps = (from: number, to: number, isRow: boolean): Taps => {
    if (interpolation === "bicubic") return cubicTaps(from, to);
    return linearTaps({ from, to, isRow, isArea });
  };
  return resizeByTaps(image, taps(image.width, width, true), taps(image.height, height, false));
}

function resizeNearest({ width: from, height: fromHeight, data }: Image, { width, height }: Size): Image {
  const stepX = 1 / (width / from);
  const stepY = 1 / (height / fromHeight);
  const result = new Uint8Array(width * height * 3);
  for (let y = 0, to = 0; y < height; y++) {
    const row = Math.min(Math.floor(y * stepY), fromHeight - 1) * from;
    for (let x = 0; x < width; x++, to += 3) {
      const at = 3 * (row + Math.min(Math.floor(x * stepX), from - 1));
      result[to] = data[at]!;
      result[to + 1] = data[at + 1]!;
      result[to + 2] = data[at + 2]!;
    }
  }
  return { width, height, data: result };
}

/** The position in the input of the middle of an output position, and its fraction, in float32. */
function positionOf(position: number, step: number): { readonly base: number; readonly fraction: number } {
  const at = Math.fround((position + 0.5) * step - 0.5);
  return { base: Math.floor(at), fraction: Math.fround(at - Math.floor(at)) };
}

/** Two neighbors. Beyond the edge of a row the weights are 0 and 1, while columns keep theirs for the repeated row. */
function linearTaps(options: {
  readonly from: number;
  readonly to: number;
  readonly isRow: boolean;
  readonly isArea: boolean;
}): Taps {
  const { from, to, isRow, isArea } = options;
  const inverse = to / from;
  const step = 1 / inverse;
  const first = new Int32Array(to);
  const weights = new Int32Array(2 * to);
  for (let i = 0; i < to; i++) {
    let { base, fraction } = isArea ? areaPosition(i, { step, inverse }) : positionOf(i, step);
    if (isRow && (base < 0 || base >= from - 1)) {
      base = Math.min(Math.max(base, 0), from - 1);
      fraction = 0;
    }
    first[i] = base;
    weights[2 * i] = toInteger(Math.fround(1 - fraction));
    weights[2 * i + 1] = toInteger(fraction);
  }
  return { first, weights, count: 2 };
}

/** Where `INTER_AREA` takes an enlarged pixel from. */
function areaPosition(
  position: number,
  { step, inverse }: { readonly step: number; readonly inverse: number },
): { readonly base: number; readonly fraction: number } {
  const base = Math.floor(position * step);
  const share = Math.fround(position + 1 - (base + 1) * inverse);
  return { base, fraction: share <= 0 ? 0 : Math.fround(share - Math.floor(share)) };
}

/** Keys' cubic with a = −0.75, in float32. */
function cubicTaps(from: number, to: number): Taps {
  const f = Math.fround;
  const a = -0.75;
  const step = 1 / (to / from);
  const first = new Int32Array(to);
  const weights = new Int32Array(4 * to);
  for (let i = 0; i < to; i++) {
    const { base, fraction: x } = positionOf(i, step);
    const far = f(x + 1);
    const rest = f(1 - x);
    const near = (t: number): number => f(f(f(f(f(1.25 * t) - 2.25) * t) * t) + 1);
    const outer = f(f(f(f(f(f(a * far) + 3.75) * far) - 6) * far) + 3);
    const [left, right] = [near(x), near(rest)];
    first[i] = base - 1;
    weights.set([outer, left, right, f(f(f(1 - outer) - left) - right)].map(toInteger), 4 * i);
  }
  return { first, weights, count: 4 };
}

/** A float32 as an integer with 11 fractional bits, halves to even. */
function toInteger(weight: number): number {
  return roundHalfEven(Math.fround(weight * ONE));
}

function resizeByTaps(image: Image, across: Taps, down: Taps): Image {
  const width = across.first.length;
  const height = down.first.length;
  const size = width * 3;
  const data = new Uint8ClampedArray(size * height);
  const rows = new Map<number, Int32Array>();
  const rowAt = (row: number): Int32Array => {
    const at = Math.min(Math.max(row, 0), image.height - 1);
    const known = rows.get(at) ?? acrossRow(image, at, across);
    rows.set(at, known);
    return known;
  };
  for (let y = 0; y < height; y++) {
    const top = down.first[y]!;
    for (const row of rows.keys()) if (row < top) rows.delete(row);
    const inputs = Array.from({ length: down.count }, (_, k) => rowAt(top + k));
    const weights = down.weights.subarray(y * down.count, (y + 1) * down.count);
    const to = data.subarray(y * size, (y + 1) * size);
    if (down.count === 2) addTwo(to, inputs, weights);
    else addFour(to, inputs, weights);
  }
  return { width, height, data: new Uint8Array(data.buffer) };
}

/** A row at its new width, with the weights' fractional bits. */
function acrossRow({ width, data }: Image, row: number, { first, weights, count }: Taps): Int32Array {
  const result = new Int32Array(first.length * 3);
  const start = row * width;
  for (let x = 0, to = 0; x < first.length; x++, to += 3) {
    for (let k = 0; k < count; k++) {
      const weight = weights[x * count + k]!;
      const from = 3 * (start + Math.min(Math.max(first[x]! + k, 0), width - 1));
      result[to] = result[to]! + data[from]! * weight;
      result[to + 1] = result[to + 1]! + data[from + 1]! * weight;
      result[to + 2] = result[to + 2]! + data[from + 2]! * weight;
    }
  }
  return result;
}

function addTwo(to: Uint8ClampedArray, [top, bottom]: readonly Int32Array[], [a, b]: Int32Array): void {
  for (let i = 0; i < to.length; i++) {
    to[i] = (((a! * (top![i]! >> 4)) >> 16) + ((b! * (bottom![i]! >> 4)) >> 16) + 2) >> 2;
  }
}

/** Whole vectors in float32, the last one first; what is left of a row as integers. */
function addFour(to: Uint8ClampedArray, rows: readonly Int32Array[], weights: Int32Array): void {
  const f = Math.fround;
  const [r0, r1, r2, r3] = rows as [Int32Array, Int32Array, Int32Array, Int32Array];
  const [w0, w1, w2, w3] = Array.from(weights, (weight) => f(weight / (ONE * ONE))) as [number, number, number, number];
  const vectors = to.length - (to.length % LANES);
  for (let i = 0; i < vectors; i++) {
    const low = f(f(f(r2[i]!) * w2) + f(f(r3[i]!) * w3));
    to[i] = roundHalfEven(f(f(f(r0[i]!) * w0) + f(f(f(r1[i]!) * w1) + low)));
  }
  const [i0, i1, i2, i3] = weights as unknown as [number, number, number, number];
  for (let i = vectors; i < to.length; i++) {
    to[i] = (r0[i]! * i0 + r1[i]! * i1 + r2[i]! * i2 + r3[i]! * i3 + (1 << 21)) >> 22;
  }
}
