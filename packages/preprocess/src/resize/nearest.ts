import type { Image } from "../image.ts";
import type { Box } from "./resize.ts";

/**
 * Resizes by taking the nearest pixel, as Pillow's `ImagingScaleAffine` (Geometry.c): positions are added up in doubles,
 * so their rounding is its rounding.
 */
export function resizeNearest(
  image: Image,
  { width, height, crop }: { width: number; height: number; crop: Box },
): Image {
  const columns = nearestPositions(image.width, width, { start: crop.x, size: crop.width });
  const rows = nearestPositions(image.height, height, { start: crop.y, size: crop.height });
  const data = new Uint8Array(crop.width * crop.height * 3);
  let to = 0;
  for (const row of rows) {
    for (const column of columns) {
      // Beyond the input, where the sum of steps overshoots, Pillow leaves black.
      if (row < image.height && column < image.width) {
        const from = (row * image.width + column) * 3;
        data[to] = image.data[from]!;
        data[to + 1] = image.data[from + 1]!;
        data[to + 2] = image.data[from + 2]!;
      }
      to += 3;
    }
  }
  return { width: crop.width, height: crop.height, data };
}

function nearestPositions(from: number, to: number, { start, size }: { start: number; size: number }): Int32Array {
  const step = from / to;
  const positions = new Int32Array(size);
  for (let i = 0, at = step * 0.5; i < start + size; i++, at += step) {
    if (i >= start) positions[i - start] = Math.trunc(at);
  }
  return positions;
}
