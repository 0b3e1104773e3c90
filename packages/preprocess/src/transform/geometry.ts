import type { Box, Size } from "../image.ts";

/** A point in pixels: the center of the top left pixel is (0.5, 0.5), its top left corner (0, 0). */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/**
 * The sizes and offsets of each step of a transform, in pixels, all integers.
 *
 * It is plain data, so it can be stored as JSON or sent to a worker; `toImagePoint` and `toTensorPoint` compute with it.
 * The image is as its file stores it, or turned upright where the configuration applies EXIF orientation.
 */
export interface TransformGeometry {
  /** The whole image. */
  readonly image: Size;
  /** The part of the image that is used. */
  readonly trim: Box;
  /** The size that it is resized to. */
  readonly resized: Size;
  /** The part of the resized image that is kept. */
  readonly crop: Box;
  /** The input tensor's size, and the offset of the kept part in it. */
  readonly canvas: Box;
}

/**
 * Maps a point of the network's input to the image: along each axis
 * `trim + (position - canvas + crop) · trimmed size / resized size`.
 *
 * Coordinates are continuous with pixel centers at halves (pixel i covers i to i + 1), which is the convention of Pillow's
 * resize: no half pixel is added or subtracted. Points outside of the input, or in its padding, are mapped by the same rule
 * and may be outside of the image.
 */
export function toImagePoint(point: Point, geometry: TransformGeometry): Point {
  const { trim, resized, crop, canvas } = geometry;
  return {
    x: trim.x + ((point.x - canvas.x + crop.x) * trim.width) / resized.width,
    y: trim.y + ((point.y - canvas.y + crop.y) * trim.height) / resized.height,
  };
}

/** Maps a point of the image to the network's input: the inverse of `toImagePoint`. */
export function toTensorPoint(point: Point, geometry: TransformGeometry): Point {
  const { trim, resized, crop, canvas } = geometry;
  return {
    x: ((point.x - trim.x) * resized.width) / trim.width - crop.x + canvas.x,
    y: ((point.y - trim.y) * resized.height) / trim.height - crop.y + canvas.y,
  };
}
