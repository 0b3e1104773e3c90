import type { Filter } from "./filters.ts";

/** Fractional bits of a weight. */
export const PRECISION_BITS = 22;

/** For each output position of a span: the input positions that contribute, and their weights. */
export interface Weights {
  /** First input position, per output position. */
  readonly first: Int32Array;
  /** Number of input positions, per output position. */
  readonly count: Int32Array;
  /** Weights as integers with `PRECISION_BITS` fractional bits; those of output i begin at i × `stride`. */
  readonly values: Int32Array;
  readonly stride: number;
}

/** One side of a resize: the input and output sizes, and the requested part of the output. */
export interface Side {
  readonly from: number;
  readonly to: number;
  readonly start: number;
  readonly end: number;
}

/** Positions `start` ≤ i < `end`. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** The input positions that contribute to one output position, before those without weight are left out. */
function window({ from, to }: Side, support: number, position: number): Range {
  const center = (position + 0.5) * (from / to);
  return {
    start: Math.max(0, Math.trunc(center - support + 0.5)),
    end: Math.min(from, Math.trunc(center + support + 0.5)),
  };
}

function supportOf(filter: Filter, { from, to }: Side): number {
  return filter.support * Math.max(from / to, 1);
}

/** The input positions that contribute to the requested output positions. */
export function inputRange(filter: Filter, side: Side): Range {
  const support = supportOf(filter, side);
  return { start: window(side, support, side.start).start, end: window(side, support, side.end - 1).end };
}

/**
 * Computes the weights for the requested output positions: Pillow's `precompute_coeffs` and `normalize_coeffs_8bpc`
 * (Resample.c), in doubles and in its order of operations, on which the last bit depends.
 */
export function resizeWeights(filter: Filter, side: Side): Weights {
  const scale = side.from / side.to;
  const inverse = 1 / Math.max(scale, 1);
  const support = supportOf(filter, side);
  const stride = Math.ceil(support) * 2 + 1;
  const length = side.end - side.start;
  const first = new Int32Array(length);
  const count = new Int32Array(length);
  const values = new Int32Array(length * stride);
  const row = new Float64Array(stride);
  for (let i = 0; i < length; i++) {
    const position = side.start + i;
    const center = (position + 0.5) * scale;
    const { start, end } = window(side, support, position);
    const size = end - start;
    let total = 0;
    for (let x = 0; x < size; x++) {
      const weight = filter.weight((x + start - center + 0.5) * inverse);
      row[x] = weight;
      total += weight;
    }
    for (let x = 0; x < size; x++) {
      const weight = (row[x]! / total) * (1 << PRECISION_BITS);
      values[i * stride + x] = Math.trunc(weight < 0 ? weight - 0.5 : weight + 0.5);
    }
    first[i] = start;
    count[i] = size;
  }
  return { first, count, values, stride };
}
