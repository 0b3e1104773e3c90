import type { Size } from "../image.ts";

/** The size of an image whose shorter side is scaled to `size`, and its longer side to at most `maxSize`. */
export function shortestSize({ width, height }: Size, size: number, maxSize: number = Infinity): Size {
  let short = size;
  let long = Math.trunc((size * Math.max(width, height)) / Math.min(width, height));
  if (long > maxSize) {
    short = Math.trunc((maxSize * short) / long);
    long = maxSize;
  }
  return width <= height ? { width: short, height: long } : { width: long, height: short };
}
