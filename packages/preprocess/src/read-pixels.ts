import { drawnPixels, isDrawable } from "./drawn-pixels.ts";
import type { DecodeOptions, Image } from "./image.ts";
import { pixelsOf } from "./pixels-of.ts";

/**
 * The RGB image of what is no file: pixels, or an image that can be drawn.
 *
 * @throws what `readImage` and `pixelsOf` throw.
 */
export function readPixels(source: unknown, options: DecodeOptions): Image {
  return pixelsOf(isDrawable(source) ? drawnPixels(source) : source, options);
}
