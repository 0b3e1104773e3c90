import type { Interpolation } from "./filters.ts";

/** Filters with which torchvision resizes tensors. */
export type TorchFilter = "bilinear" | "bicubic";

/** Whether torchvision resizes tensors with a filter, by the arithmetic of `torch-weights.ts`. */
export function isTorchFilter(interpolation: Interpolation): interpolation is TorchFilter {
  return interpolation === "bilinear" || interpolation === "bicubic";
}
