import type { Image } from "../image.ts";
import type { Range, Side } from "./weights.ts";

/**
 * Resizes by taking the nearest pixel, like Pillow's `ImagingScaleAffine` (Geometry.c): positions are accumulated in doubles,
 * so they are rounded as in Pillow.
 */
export function resizeNearest(image: Image, { across, down }: { across: Side; down: Side }): Image {
  const columns = nearestPositions(across);
  const rows = nearestPositions(down);
  const data = new Uint8Array(columns.length * rows.length * 3);
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
  return { width: columns.length, height: rows.length, data };
}

/** The input positions from which the requested output positions take their pixels. */
export function nearestRange(side: Side): Range {
  const positions = nearestPositions(side);
  return { start: positions[0]!, end: Math.min(positions[positions.length - 1]! + 1, side.from) };
}

function nearestPositions({ from, to, start, end }: Side): Int32Array {
  const step = from / to;
  const positions = new Int32Array(end - start);
  for (let i = 0, at = step * 0.5; i < end; i++, at += step) {
    if (i >= start) positions[i - start] = Math.trunc(at);
  }
  return positions;
}
