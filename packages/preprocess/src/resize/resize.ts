import { ShapeError } from "@samoyed/core";

import { checkImageSize, type Image } from "../image.ts";
import { FILTERS, type Interpolation } from "./filters.ts";
import { resizeNearest } from "./nearest.ts";
import { PRECISION_BITS, resizeWeights, type Weights } from "./weights.ts";

/** A rectangle of pixels. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** What an image is resized to. */
export interface ResizeOptions {
  readonly width: number;
  readonly height: number;
  readonly interpolation: Interpolation;
  /** The part of the result that is wanted; all of it by default. The rest is never computed. */
  readonly crop?: Box;
}

/**
 * Resizes an image as Pillow's `Image.resize` does, equal to the byte (Pillow 13, Resample.c and Geometry.c): 8-bit
 * channels, one direction and then the other, each pass rounded to bytes.
 *
 * Returns a new image of the size of `crop`, or the input itself where nothing changes.
 *
 * @throws ShapeError when a size is below 1 or the crop does not lie within the result.
 * @throws UnsupportedError when the wanted part has more than `MAX_PIXELS` pixels.
 */
export function resize(image: Image, options: ResizeOptions): Image {
  const { width, height, interpolation } = options;
  const crop = options.crop ?? { x: 0, y: 0, width, height };
  if (!isSide(width) || !isSide(height)) {
    throw new ShapeError(`image of ${image.width}×${image.height} cannot be resized to ${width}×${height} pixels`);
  }
  checkImageSize(crop.width, crop.height);
  if (crop.x < 0 || crop.y < 0 || crop.x + crop.width > width || crop.y + crop.height > height) {
    throw new ShapeError(
      `crop of ${crop.width}×${crop.height} at ${crop.x}, ${crop.y} does not lie within ${width}×${height} pixels`,
    );
  }
  if (image.width === width && image.height === height) return cropImage(image, crop);
  if (interpolation === "nearest") return resizeNearest(image, { width, height, crop });

  const filter = FILTERS[interpolation];
  const across =
    image.width === width ? undefined : resizeWeights(filter, span(image.width, width, crop.x, crop.width));
  const down =
    image.height === height ? undefined : resizeWeights(filter, span(image.height, height, crop.y, crop.height));
  // Pillow 13 goes vertically first where that takes away more than twice as many rows as columns. (Before 12.2 it never
  // did, and up to 12.x only for images a hundred times as high as wide.)
  if (across && down && height < image.height && image.height - height > 2 * (image.width - width)) {
    return resizeAcross(resizeDown(image, down, columnsFor(across)), rebase(across), { y: 0, height: crop.height });
  }
  if (across === undefined) return resizeDown(image, down!, { x: crop.x, width: crop.width });
  if (down === undefined) return resizeAcross(image, across, { y: crop.y, height: crop.height });
  const rows = rangeOf(down);
  const narrow = resizeAcross(image, across, { y: rows.start, height: rows.size });
  return resizeDown(narrow, rebase(down), { x: 0, width: crop.width });
}

/** Pillow's sizes are 32-bit integers. */
function isSide(size: number): boolean {
  return Number.isSafeInteger(size) && size >= 1 && size < 2 ** 31;
}

function span(from: number, to: number, start: number, size: number): Parameters<typeof resizeWeights>[1] {
  return { from, to, start, end: start + size };
}

/** The input positions that any weight touches. */
function rangeOf({ first, count }: Weights): { start: number; size: number } {
  const start = first[0]!;
  const last = first.length - 1;
  return { start, size: first[last]! + count[last]! - start };
}

function columnsFor(weights: Weights): { x: number; width: number } {
  const { start, size } = rangeOf(weights);
  return { x: start, width: size };
}

/** The same weights for an input that begins at the first position they touch. */
function rebase(weights: Weights): Weights {
  const { start } = rangeOf(weights);
  return { ...weights, first: weights.first.map((position) => position - start) };
}

/** A part of an image; the image itself where that is all of it. */
export function cropImage(image: Image, { x, y, width, height }: Box): Image {
  if (width === image.width && height === image.height) return image;
  const data = new Uint8Array(width * height * 3);
  for (let row = 0; row < height; row++) {
    const from = ((y + row) * image.width + x) * 3;
    data.set(image.data.subarray(from, from + width * 3), row * width * 3);
  }
  return { width, height, data };
}

const ROUND = 1 << (PRECISION_BITS - 1);

/** Resizes the rows `y` to `y + height` to the weights' width. */
function resizeAcross(image: Image, weights: Weights, { y, height }: { y: number; height: number }): Image {
  const { first, count, values, stride } = weights;
  const width = first.length;
  const source = image.data;
  const data = new Uint8ClampedArray(width * height * 3);
  let to = 0;
  for (let row = 0; row < height; row++) {
    const rowStart = (y + row) * image.width * 3;
    for (let i = 0; i < width; i++) {
      let red = ROUND;
      let green = ROUND;
      let blue = ROUND;
      let from = rowStart + first[i]! * 3;
      const end = i * stride + count[i]!;
      for (let k = i * stride; k < end; k++, from += 3) {
        const weight = values[k]!;
        red = (red + Math.imul(source[from]!, weight)) | 0;
        green = (green + Math.imul(source[from + 1]!, weight)) | 0;
        blue = (blue + Math.imul(source[from + 2]!, weight)) | 0;
      }
      data[to] = red >> PRECISION_BITS;
      data[to + 1] = green >> PRECISION_BITS;
      data[to + 2] = blue >> PRECISION_BITS;
      to += 3;
    }
  }
  return { width, height, data: new Uint8Array(data.buffer) };
}

/** Resizes the columns `x` to `x + width` to the weights' height. */
function resizeDown(image: Image, weights: Weights, { x, width }: { x: number; width: number }): Image {
  const { first, count, values, stride } = weights;
  const height = first.length;
  const source = image.data;
  const rowBytes = image.width * 3;
  const data = new Uint8ClampedArray(width * height * 3);
  // Row by row and not column by column, so that memory is read in order.
  const sums = new Int32Array(width * 3);
  for (let row = 0; row < height; row++) {
    sums.fill(ROUND);
    for (let k = 0; k < count[row]!; k++) {
      const weight = values[row * stride + k]!;
      const from = (first[row]! + k) * rowBytes + x * 3;
      for (let i = 0; i < sums.length; i++) sums[i] = sums[i]! + Math.imul(source[from + i]!, weight);
    }
    const to = row * width * 3;
    for (let i = 0; i < sums.length; i++) data[to + i] = sums[i]! >> PRECISION_BITS;
  }
  return { width, height, data: new Uint8Array(data.buffer) };
}
