import { UsageError } from "@samoyed/core";

import { FILTERS } from "./filters.ts";
import type { Method, ResizeOptions } from "./method.ts";
import { isTorchFilter } from "./torch-filter.ts";
import { antialiasedWeights, neighborRange, neighborWeights } from "./torch-weights.ts";
import { inputRange } from "./weights.ts";

/**
 * torchvision's way with a filter.
 *
 * @throws UsageError when it does not resize tensors with the filter.
 */
export function torchMethod({ interpolation, resampler }: ResizeOptions): Method {
  if (!isTorchFilter(interpolation)) {
    throw new UsageError(
      `interpolation is ${interpolation}; the resampler ${resampler} has bilinear and bicubic, as torchvision for tensors`,
    );
  }
  return resampler === "torch-antialias"
    ? {
        weights: (side) => antialiasedWeights(interpolation, side),
        range: (side) => inputRange(FILTERS[interpolation], side),
        verticalFirst: never,
      }
    : {
        weights: (side) => neighborWeights(interpolation, side),
        range: (side) => neighborRange(interpolation, side),
        verticalFirst: never,
      };
}

function never(): boolean {
  return false;
}
