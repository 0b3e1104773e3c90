import type { Matrix } from "./axis-matrix.ts";

/** Bilinear: a triangle. */
function triangle(x: number): number {
  return Math.max(0, 1 - Math.abs(x));
}

/** Bicubic with a = −0.5, which PyTorch uses only with antialiasing. */
function cubic(x: number): number {
  const a = -0.5;
  const t = Math.abs(x);
  if (t < 1) return ((a + 2) * t - (a + 3)) * t * t + 1;
  return t < 2 ? (((t - 5) * t + 8) * t - 4) * a : 0;
}

/**
 * The weights of antialiased resizing along one axis, a row for each element of the result: the filter is as wide as
 * the step where the image shrinks, and each row sums to 1 (PyTorch 2.13,
 * `aten/src/ATen/native/cpu/UpSampleKernel.cpp`, `_compute_indices_min_size_weights_aa`).
 */
export function antialiasMatrix(options: {
  readonly size: number;
  readonly count: number;
  /** The factor that the caller gave, which PyTorch then uses in place of count / size. */
  readonly scale: number | undefined;
  readonly aligned: boolean;
  readonly mode: "linear" | "cubic";
}): Matrix {
  const { size, count, scale, aligned, mode } = options;
  const [filter, reach] = mode === "linear" ? [triangle, 1] : [cubic, 2];
  const between = aligned ? (count > 1 ? (size - 1) / (count - 1) : 0) : undefined;
  const step = between ?? (scale !== undefined && scale > 0 ? 1 / scale : size / count);
  const width = Math.max(step, 1);
  const support = reach * width;
  return Array.from({ length: count }, (_, at) => {
    const center = step * (at + 0.5);
    const first = Math.max(Math.trunc(center - support + 0.5), 0);
    const last = Math.min(Math.trunc(center + support + 0.5), size);
    const weights = Array.from({ length: size }, (_, place) =>
      place >= first && place < last ? filter((place + 0.5 - center) / width) : 0,
    );
    const sum = weights.reduce((a, b) => a + b, 0);
    return weights.map((weight) => weight / sum);
  });
}
