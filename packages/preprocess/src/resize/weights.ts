import type { Filter } from "./filters.ts";

/** Bits after the point of a weight. */
export const PRECISION_BITS = 22;

/** For each output position of a span: which input positions count, and how much. */
export interface Weights {
  /** First input position, per output position. */
  readonly first: Int32Array;
  /** Number of input positions, per output position. */
  readonly count: Int32Array;
  /** Weights as integers of `PRECISION_BITS` bits after the point; those of output i begin at i × `stride`. */
  readonly values: Int32Array;
  readonly stride: number;
}

/**
 * Computes the weights that bring `from` input positions to `to` output positions, for the output positions
 * `start` ≤ i < `end` only: Pillow's `precompute_coeffs` and `normalize_coeffs_8bpc` (Resample.c), in doubles and in its
 * order of operations, on which the last bit depends.
 */
export function resizeWeights(
  filter: Filter,
  { from, to, start, end }: { from: number; to: number; start: number; end: number },
): Weights {
  const scale = from / to;
  const filterScale = Math.max(scale, 1);
  const support = filter.support * filterScale;
  const inverse = 1 / filterScale;
  const stride = Math.ceil(support) * 2 + 1;
  const length = end - start;
  const first = new Int32Array(length);
  const count = new Int32Array(length);
  const values = new Int32Array(length * stride);
  const row = new Float64Array(stride);
  for (let i = 0; i < length; i++) {
    const center = (start + i + 0.5) * scale;
    const low = Math.max(0, Math.trunc(center - support + 0.5));
    const size = Math.min(from, Math.trunc(center + support + 0.5)) - low;
    let total = 0;
    for (let x = 0; x < size; x++) {
      const weight = filter.weight((x + low - center + 0.5) * inverse);
      row[x] = weight;
      total += weight;
    }
    for (let x = 0; x < size; x++) {
      const weight = (total === 0 ? row[x]! : row[x]! / total) * (1 << PRECISION_BITS);
      values[i * stride + x] = Math.trunc(weight < 0 ? weight - 0.5 : weight + 0.5);
    }
    first[i] = low;
    count[i] = size;
  }
  return { first, count, values, stride };
}
