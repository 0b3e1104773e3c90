import type { Box } from "../image.ts";
import { BLOCK_SIDE } from "./constants.ts";
import type { Frame } from "./frame.ts";

/** Blocks of a component: columns `x0` to `x1` and rows `y0` to `y1`, the last ones included. */
export interface BlockRange {
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
}

/**
 * The blocks of each component needed for a part of the image. Upsampling reads the sample next to a sample, so
 * that one is included.
 */
export function blockRanges(frame: Frame, region: Box): readonly BlockRange[] {
  return frame.components.map(({ h, v, blockStride, blockRows }) => {
    const across = blocksOf({ start: region.x, size: region.width, scale: h / frame.maxH, blocks: blockStride });
    const down = blocksOf({ start: region.y, size: region.height, scale: v / frame.maxV, blocks: blockRows });
    return { x0: across.first, y0: down.first, x1: across.last, y1: down.last };
  });
}

function blocksOf(side: { start: number; size: number; scale: number; blocks: number }): {
  first: number;
  last: number;
} {
  const { start, size, scale, blocks } = side;
  return {
    first: Math.max(Math.floor((Math.floor(start * scale) - 1) / BLOCK_SIDE), 0),
    last: Math.min(Math.floor((Math.ceil((start + size) * scale) + 1) / BLOCK_SIDE), blocks - 1),
  };
}
