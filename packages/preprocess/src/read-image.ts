import { drawnPixels, isDrawable } from "./drawn-pixels.ts";
import type { ImageSource } from "./image-source.ts";
import { isFile, type PlatformImage } from "./platform-image.ts";

/**
 * Reads an image of the platform: the bytes of a Blob or File, and the pixels of an ImageBitmap, VideoFrame, canvas, image
 * or video element. Everything else is returned as it is.
 *
 * Bytes are decoded by this package, exactly. Pixels come from a canvas, and the browser has already decided: it applies
 * EXIF orientation and color profiles, its JPEG decoder differs from Pillow's, and transparent pixels lose precision.
 *
 * @throws ShapeError when the image has no pixels: not loaded, or closed.
 * @throws UsageError when the page may not read its pixels, because another site's.
 * @throws UnavailableError when there is no canvas here.
 */
export async function readImage(source: ImageSource | PlatformImage): Promise<ImageSource> {
  if (isFile(source)) return source.arrayBuffer();
  return isDrawable(source) ? drawnPixels(source) : source;
}
