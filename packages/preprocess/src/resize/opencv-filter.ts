import { UsageError } from "@samoyed/core";

import type { Interpolation } from "./filters.ts";

/** Filters with which OpenCV resizes; `box` is its `INTER_AREA`. */
export type OpenCvFilter = "nearest" | "bilinear" | "bicubic" | "box";

const FILTERS: readonly Interpolation[] = ["nearest", "bilinear", "bicubic", "box"] satisfies readonly OpenCvFilter[];

/** Whether OpenCV resizes with a filter, by the arithmetic of `opencv.ts`. */
export function isOpenCvFilter(interpolation: Interpolation): interpolation is OpenCvFilter {
  return FILTERS.includes(interpolation);
}

/** The error for another filter. */
export function notOpenCv(interpolation: Interpolation): UsageError {
  return new UsageError(
    `interpolation is ${interpolation}; the resampler opencv has nearest, bilinear, bicubic and box (INTER_AREA)`,
  );
}
