import type { Box, Image } from "../image.ts";

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
