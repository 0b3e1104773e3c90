import { ShapeError } from "@samoyed/core";

import { type Box, checkImageSize, type Image, type Size } from "../image.ts";
import { cropImage } from "./crop.ts";
import { type Method, pillowMethod, type ResizeOptions } from "./method.ts";
import { resizeAcross, resizeDown } from "./passes.ts";
import type { RareResize } from "./rare-resize.ts";
import type { Range, Side, Weights } from "./weights.ts";

/** Whether a resize takes what few models take: `RareResize`. */
function isRareResize({ interpolation, resampler }: Pick<ResizeOptions, "interpolation" | "resampler">): boolean {
  return interpolation === "nearest" || (resampler !== undefined && resampler !== "pillow");
}

/**
 * Resizes an image as `resize` does.
 *
 * @param rare required for the nearest pixel, and the resamplers of torchvision.
 * @throws what `resize` throws; the image is not checked.
 */
export function resizeWith(image: Image, options: ResizeOptions, rare: RareResize | undefined): Image {
  const { width, height, interpolation } = options;
  const { across, down } = sides(image, options);
  const crop = boxOf(across, down);
  checkImageSize(crop.width, crop.height);
  if (image.width === width && image.height === height) return cropImage(image, crop);
  if (options.resampler === "opencv") return cropImage(rare!.resizeOpenCv(image, options), crop);
  if (interpolation === "nearest") return rare!.resizeNearest(image, { across, down });

  const { weights, range, verticalFirst } = methodOf(options, rare);
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

/** The part of an image of a given size that `resizeWith` reads. */
export function resizeInputWith(image: Size, options: ResizeOptions, rare: RareResize | undefined): Box {
  const { across, down } = sides(image, options);
  if (options.resampler === "opencv") return { x: 0, y: 0, width: image.width, height: image.height };
  const inputOf = (side: Side): Range => {
    if (image.width === options.width && image.height === options.height) return side;
    if (options.interpolation === "nearest") return rare!.nearestRange(side);
    return side.from === side.to ? side : methodOf(options, rare).range(side);
  };
  return boxOf(inputOf(across), inputOf(down));
}

function methodOf(options: ResizeOptions, rare: RareResize | undefined): Method {
  return isRareResize(options) ? rare!.torchMethod(options) : pillowMethod(options);
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
