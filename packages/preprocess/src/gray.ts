import type { Image } from "./image.ts";

/**
 * The luminance of each pixel, in all three channels: Pillow's `convert("L")` (Convert.c, `L24`: ITU-R 601-2 in 16-bit
 * fixed point). Returns a new image.
 */
export function grayImage({ width, height, data }: Image): Image {
  const gray = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i += 3) {
    const value = (data[i]! * 19_595 + data[i + 1]! * 38_470 + data[i + 2]! * 7471 + 0x8000) >> 16;
    gray[i] = value;
    gray[i + 1] = value;
    gray[i + 2] = value;
  }
  return { width, height, data: gray };
}
