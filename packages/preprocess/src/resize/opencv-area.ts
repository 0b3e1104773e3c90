import type { Image, Size } from "../image.ts";
import { roundHalfEven } from "../transform/round.ts";

/** Parts of the input positions that an output position covers: the first, and the share of each, in float32. */
type AreaWeights = readonly { readonly first: number; readonly shares: Float32Array }[];

/** Less of a pixel is left out. */
const LEAST_SHARE = 1e-3;

/** The weights of `INTER_AREA` along a side that becomes smaller: OpenCV's `computeResizeAreaTab`. */
export function areaWeights(from: number, to: number): AreaWeights {
  const step = 1 / (to / from);
  return Array.from({ length: to }, (_, i) => {
    const start = i * step;
    const end = start + step;
    const size = Math.min(step, from - start);
    const last = Math.min(Math.floor(end), from - 1);
    const whole = Math.min(Math.ceil(start), last);
    const shares: number[] = [];
    let first = whole;
    if (whole - start > LEAST_SHARE) {
      first = whole - 1;
      shares.push((whole - start) / size);
    }
    for (let at = whole; at < last; at++) shares.push(1 / size);
    if (end - last > LEAST_SHARE) shares.push(Math.min(end - last, 1, size) / size);
    return { first, shares: Float32Array.from(shares) };
  });
}

/** Means over areas, in float32; of whole pixels as integers. */
export function resizeArea(
  image: Image,
  options: Size & { readonly across: AreaWeights; readonly down: AreaWeights },
): Image {
  const { width, height, across, down } = options;
  const stepX = image.width / width;
  const stepY = image.height / height;
  if (Number.isInteger(stepX) && Number.isInteger(stepY)) return wholePixels(image, { width, height });
  const f = Math.fround;
  const data = new Uint8ClampedArray(width * height * 3);
  const sums = new Float32Array(width * 3);
  const row = new Float32Array(width * 3);
  for (const [y, { first, shares }] of down.entries()) {
    for (const [k, share] of shares.entries()) {
      row.fill(0);
      addRow(row, image.data.subarray((first + k) * image.width * 3), across);
      for (let i = 0; i < row.length; i++) sums[i] = k === 0 ? f(share * row[i]!) : f(sums[i]! + f(share * row[i]!));
    }
    for (let i = 0; i < sums.length; i++) data[y * sums.length + i] = roundHalfEven(sums[i]!);
  }
  return { width, height, data: new Uint8Array(data.buffer) };
}

function addRow(row: Float32Array, from: Uint8Array, across: AreaWeights): void {
  const f = Math.fround;
  for (const [x, { first, shares }] of across.entries()) {
    const to = 3 * x;
    for (let k = 0, at = 3 * first; k < shares.length; k++, at += 3) {
      const share = shares[k]!;
      row[to] = row[to]! + f(from[at]! * share);
      row[to + 1] = row[to + 1]! + f(from[at + 1]! * share);
      row[to + 2] = row[to + 2]! + f(from[at + 2]! * share);
    }
  }
}

/** Means of squares of whole pixels; of two by two, halves are rounded up. */
function wholePixels(image: Image, { width, height }: Size): Image {
  const stepX = image.width / width;
  const stepY = image.height / height;
  const data = new Uint8ClampedArray(width * height * 3);
  const share = Math.fround(1 / (stepX * stepY));
  const isHalf = stepX === 2 && stepY === 2;
  for (let i = 0; i < data.length; i++) {
    const channel = i % 3;
    const x = Math.floor(i / 3) % width;
    const y = Math.floor(i / 3 / width);
    let sum = 0;
    for (let row = y * stepY; row < (y + 1) * stepY; row++) {
      for (let column = x * stepX; column < (x + 1) * stepX; column++)
        sum += image.data[3 * (row * image.width + column) + channel]!;
    }
    data[i] = isHalf ? (sum + 2) >> 2 : roundHalfEven(Math.fround(sum * share));
  }
  return { width, height, data: new Uint8Array(data.buffer) };
}
