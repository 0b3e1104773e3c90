import { type Resampler, ShapeError, UsageError } from "@samoyed/core";

import { checkPixels } from "../check-pixels.ts";
import { type Box, checkImageSize, type Image, type Size } from "../image.ts";
import { FILTERS, type Interpolation } from "./filters.ts";
import { nearestRange, resizeNearest } from "./nearest.ts";
import { antialiasedWeights, isTorchFilter, neighborRange, neighborWeights } from "./torch-weights.ts";
import { inputRange, type Range, resizeWeights, type Side, type Weights } from "./weights.ts";

/** Options of `resize`: the size to resize to. */
export interface ResizeOptions {
  readonly width: number;
  readonly height: number;
  readonly interpolation: Interpolation;
  /** Whose resizing is computed: `pillow` when absent. */
  readonly resampler?: Resampler;
  /** The requested part of the result; all of it by default. The rest is never computed. */
  readonly crop?: Box;
}

/**
 * Resizes an image, byte for byte equal to Pillow's `Image.resize` (Pillow 13, Resample.c and Geometry.c), or to
 * torchvision's `resize` of a uint8 tensor: 8-bit channels, one direction and then the other, each pass rounded to bytes.
 *
 * Returns a new image of the size of `crop`, or the input itself if nothing changes.
 *
 * @throws UsageError when a field of the image is missing, its data is not bytes, or torchvision does not resize tensors
 * with the filter.
 * @throws ShapeError when a size is below 1 or the crop is not within the result.
 * @throws UnsupportedError when the requested part has more than `MAX_PIXELS` pixels.
 */
export function resize(image: Image, options: ResizeOptions): Image {
  checkPixels(image, ["width", "height"]);
  const { width, height, interpolation } = options;
  const { across, down } = sides(image, options);
  const crop = boxOf(across, down);
  checkImageSize(crop.width, crop.height);
  if (image.width === width && image.height === height) return cropImage(image, crop);
  if (interpolation === "nearest") return resizeNearest(image, { across, down });

  const { weights, range, verticalFirst } = methodOf(options);
  if (image.height === height) return resizeAcross(image, weights(across), down);
  if (image.width === width) return resizeDown(image, weights(down), across);
  const columns = range(across);
  const rows = range(down);
  const weightsAcross = weights(across);
  const weightsDown = weights(down);
  if (verticalFirst(image)) {
    const low = resizeDown(image, weightsDown, columns);
    return resizeAcross(low, shifted(weightsAcross, columns), { start: 0, end: low.height });
  }
  const narrow = resizeAcross(image, weightsAcross, rows);
  return resizeDown(narrow, shifted(weightsDown, rows), { start: 0, end: narrow.width });
}

/** How the weights of a side are computed, which input they use, and whether the height comes first. */
interface Method {
  readonly weights: (side: Side) => Weights;
  readonly range: (side: Side) => Range;
  readonly verticalFirst: (image: Size) => boolean;
}

function methodOf({ interpolation, resampler = "pillow", width, height }: ResizeOptions): Method {
  const filter = FILTERS[interpolation as Exclude<Interpolation, "nearest">];
  const range = (side: Side): Range => inputRange(filter, side);
  if (resampler === "pillow") {
    return {
      weights: (side) => resizeWeights(filter, side),
      range,
      // Pillow 13 resizes vertically first if that removes more than twice as many rows as columns. (Before 12.2 it
      // never did, and up to 12.x only for images a hundred times as high as wide.)
      verticalFirst: (image) => height < image.height && image.height - height > 2 * (image.width - width),
    };
  }
  if (!isTorchFilter(interpolation)) throw notTorch(interpolation, resampler);
  return resampler === "torch-antialias"
    ? { weights: (side) => antialiasedWeights(interpolation, side), range, verticalFirst: () => false }
    : {
        weights: (side) => neighborWeights(interpolation, side),
        range: (side) => neighborRange(interpolation, side),
        verticalFirst: () => false,
      };
}

function notTorch(interpolation: Interpolation, resampler: Resampler): UsageError {
  return new UsageError(
    `interpolation is ${interpolation}; the resampler ${resampler} has bilinear and bicubic, as torchvision for tensors`,
  );
}

/** The part of an image of a given size that `resize` reads. */
export function resizeInput(image: Size, options: ResizeOptions): Box {
  const { across, down } = sides(image, options);
  const inputOf = (side: Side): Range => {
    if (image.width === options.width && image.height === options.height) return side;
    if (options.interpolation === "nearest") return nearestRange(side);
    return side.from === side.to ? side : methodOf(options).range(side);
  };
  return boxOf(inputOf(across), inputOf(down));
}

function sides(image: Size, options: ResizeOptions): { across: Side; down: Side } {
  const { width, height } = options;
  const crop = options.crop ?? { x: 0, y: 0, width, height };
  if (!isSide(width) || !isSide(height)) {
    throw new ShapeError(`image of ${image.width}×${image.height} cannot be resized to ${width}×${height} pixels`);
  }
  if (crop.x < 0 || crop.y < 0 || crop.x + crop.width > width || crop.y + crop.height > height) {
    throw new ShapeError(
      `crop of ${crop.width}×${crop.height} at ${crop.x}, ${crop.y} is not within ${width}×${height} pixels`,
    );
  }
  return {
    across: { from: image.width, to: width, start: crop.x, end: crop.x + crop.width },
    down: { from: image.height, to: height, start: crop.y, end: crop.y + crop.height },
  };
}

/** Pillow's sizes are 32-bit integers. */
function isSide(size: number): boolean {
  return Number.isSafeInteger(size) && size >= 1 && size < 2 ** 31;
}

function boxOf(across: Range, down: Range): Box {
  return { x: across.start, y: down.start, width: across.end - across.start, height: down.end - down.start };
}

/** The same weights for an input that begins at the range's start. */
function shifted(weights: Weights, { start }: Range): Weights {
  return { ...weights, first: weights.first.map((position) => position - start) };
}

/** Returns a part of an image; the image itself if the part is all of it. */
export function cropImage(image: Image, { x, y, width, height }: Box): Image {
  if (width === image.width && height === image.height) return image;
  const data = new Uint8Array(width * height * 3);
  for (let row = 0; row < height; row++) {
    const from = ((y + row) * image.width + x) * 3;
    data.set(image.data.subarray(from, from + width * 3), row * width * 3);
  }
  return { width, height, data };
}

/** Resizes some of the rows to the weights' width. */
function resizeAcross(image: Image, weights: Weights, rows: Range): Image {
  const { first, count, values, stride, bits } = weights;
  const half = 2 ** bits / 2;
  const width = first.length;
  const height = rows.end - rows.start;
  const source = image.data;
  const data = new Uint8ClampedArray(width * height * 3);
  let to = 0;
  for (let row = rows.start; row < rows.end; row++) {
    const rowStart = row * image.width * 3;
    for (let i = 0; i < width; i++) {
      let red = half;
      let green = half;
      let blue = half;
      let from = rowStart + first[i]! * 3;
      const end = i * stride + count[i]!;
      for (let k = i * stride; k < end; k++, from += 3) {
        const weight = values[k]!;
        red = (red + Math.imul(source[from]!, weight)) | 0;
        green = (green + Math.imul(source[from + 1]!, weight)) | 0;
        blue = (blue + Math.imul(source[from + 2]!, weight)) | 0;
      }
      data[to] = red >> bits;
      data[to + 1] = green >> bits;
      data[to + 2] = blue >> bits;
      to += 3;
    }
  }
  return { width, height, data: new Uint8Array(data.buffer) };
}

/** Resizes some of the columns to the weights' height. */
function resizeDown(image: Image, weights: Weights, columns: Range): Image {
  const { first, count, values, stride, bits } = weights;
  const half = 2 ** bits / 2;
  const width = columns.end - columns.start;
  const height = first.length;
  const source = image.data;
  const rowBytes = image.width * 3;
  const data = new Uint8ClampedArray(width * height * 3);
  // Row by row and not column by column, so that memory is read in order.
  const sums = new Int32Array(width * 3);
  for (let row = 0; row < height; row++) {
    sums.fill(half);
    for (let k = 0; k < count[row]!; k++) {
      const weight = values[row * stride + k]!;
      const from = (first[row]! + k) * rowBytes + columns.start * 3;
      for (let i = 0; i < sums.length; i++) sums[i] = sums[i]! + Math.imul(source[from + i]!, weight);
    }
    const to = row * width * 3;
    for (let i = 0; i < sums.length; i++) data[to + i] = sums[i]! >> bits;
  }
  return { width, height, data: new Uint8Array(data.buffer) };
}
