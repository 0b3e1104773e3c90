import type { Box, Image, Size } from "./image.ts";
import type { Orientation } from "./orientation-of.ts";

/** Which axes an orientation exchanges, and which axes of the stored image run backwards. */
function axesOf(orientation: Orientation): { swap: boolean; flipX: boolean; flipY: boolean } {
  return {
    swap: orientation >= 5,
    flipX: [2, 3, 7, 8].includes(orientation),
    flipY: [3, 4, 6, 7].includes(orientation),
  };
}

/** The size of an image after it was turned. */
export function orientedSize({ width, height }: Size, orientation: Orientation): Size {
  return axesOf(orientation).swap ? { width: height, height: width } : { width, height };
}

/** The part of a stored image that becomes a part of the turned one. */
export function storedBox(box: Box, stored: Size, orientation: Orientation): Box {
  const { swap, flipX, flipY } = axesOf(orientation);
  const { x, y, width, height } = swap ? { x: box.y, y: box.x, width: box.height, height: box.width } : box;
  return {
    x: flipX ? stored.width - x - width : x,
    y: flipY ? stored.height - y - height : y,
    width,
    height,
  };
}

/** Turns a stored image upright: Pillow's `ImageOps.exif_transpose`. Returns the image itself for orientation 1. */
export function orientImage(image: Image, orientation: Orientation): Image {
  if (orientation === 1) return image;
  const { swap, flipX, flipY } = axesOf(orientation);
  const { width, height } = orientedSize(image, orientation);
  const data = new Uint8Array(image.data.length);
  const stepX = (flipX ? -1 : 1) * 3;
  const stepY = (flipY ? -1 : 1) * image.width * 3;
  const [across, down] = swap ? [stepY, stepX] : [stepX, stepY];
  const start = ((flipY ? image.height - 1 : 0) * image.width + (flipX ? image.width - 1 : 0)) * 3;
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0, from = start + y * down; x < width; x++, from += across, to += 3) {
      data[to] = image.data[from]!;
      data[to + 1] = image.data[from + 1]!;
      data[to + 2] = image.data[from + 2]!;
    }
  }
  return { width, height, data };
}
