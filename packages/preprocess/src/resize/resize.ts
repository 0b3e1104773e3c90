import { checkPixels } from "../check-pixels.ts";
import type { Image } from "../image.ts";
import type { ResizeOptions } from "./method.ts";
import { RARE_RESIZE } from "./rare-resize.ts";
import { resizeWith } from "./resize-with.ts";

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
  return resizeWith(image, options, RARE_RESIZE);
}
