import { type DecodeOptions, type Image, type RawImage } from "./image.ts";
import { notAnImage } from "./not-an-image.ts";
import { toRgb } from "./to-rgb.ts";
import { typeName } from "./type-name.ts";

/**
 * The RGB image of pixels that are given.
 *
 * @throws UsageError when the input is no image.
 * @throws what `toRgb` throws.
 */
export function pixelsOf(input: unknown, options: DecodeOptions): Image {
  // An object with a size is meant as pixels: what is wrong with them is said field by field.
  const name = typeName(input);
  if (name === "ImageData" || name === "Object") return toRgb(input as RawImage, options);
  throw notAnImage(input);
}
