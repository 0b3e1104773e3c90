import type { Resampler } from "@samoyed/core";

import type { Box, Size } from "../image.ts";
import { FILTERS, type Interpolation } from "./filters.ts";
import { inputRange, type Range, resizeWeights, type Side, type Weights } from "./weights.ts";

/** Options of `resize`: the size to resize to. */
export interface ResizeOptions {
  readonly width: number;
  readonly height: number;
  readonly interpolation: Interpolation;
  /** Whose resizing is computed: `pillow` when absent. */
  readonly resampler?: Resampler;
  /** The requested part of the result; all of it by default. The rest is never computed. */
  readonly crop?: Box;
}

/** How the weights of a side are computed, which input they use, and whether the height comes first. */
export interface Method {
  readonly weights: (side: Side) => Weights;
  readonly range: (side: Side) => Range;
  readonly verticalFirst: (image: Size) => boolean;
}

/** Pillow's way with a filter. */
export function pillowMethod({ interpolation, width, height }: ResizeOptions): Method {
  const filter = FILTERS[interpolation as Exclude<Interpolation, "nearest">];
  return {
    weights: (side) => resizeWeights(filter, side),
    range: (side) => inputRange(filter, side),
    // Pillow 13 resizes vertically first if that removes more than twice as many rows as columns. (Before 12.2 it
    // never did, and up to 12.x only for images a hundred times as high as wide.)
    verticalFirst: (image) => height < image.height && image.height - height > 2 * (image.width - width),
  };
}
