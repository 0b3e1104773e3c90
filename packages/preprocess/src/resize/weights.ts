import type { Filter } from "./filters.ts";

/** Fractional bits of Pillow's weights. */
const PRECISION_BITS = 22;

/** For each output position of a span: the input positions that contribute, and their weights. */
export interface Weights {
  /** First input position, per output position. */
  readonly first: Int32Array;
  /** Number of input positions, per output position. */
  readonly count: Int32Array;
  /** Weights as integers with `bits` fractional bits; those of output i begin at i × `stride`. */
  readonly values: Int32Array;
  readonly stride: number;
  readonly bits: number;
}

/** Weights as real numbers. */
export interface RealWeights extends Omit<Weights, "values" | "bits"> {
  readonly values: Float64Array;
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
 * Computes Pillow's weights for the requested output positions: `precompute_coeffs` and `normalize_coeffs_8bpc`
 * (Resample.c).
 */
export function resizeWeights(filter: Filter, side: Side): Weights {
  return integerWeights(realWeights(filter, side), PRECISION_BITS);
}

/**
 * The weights of an antialiasing resize, in doubles and in Pillow's order of operations, on which the last bit depends;
 * torch has the same.
 */
export function realWeights(filter: Filter, side: Side): RealWeights {
  const scale = side.from / side.to;
  const inverse = 1 / Math.max(scale, 1);
  const support = supportOf(filter, side);
  const stride = Math.ceil(support) * 2 + 1;
  const length = side.end - side.start;
  const first = new Int32Array(length);
  const count = new Int32Array(length);
  const values = new Float64Array(length * stride);
  for (let i = 0; i < length; i++) {
    const position = side.start + i;
    const center = (position + 0.5) * scale;
    const { start, end } = window(side, support, position);
    const size = end - start;
    const at = i * stride;
    let total = 0;
    for (let x = 0; x < size; x++) {
      const weight = filter.weight((x + start - center + 0.5) * inverse);
      values[at + x] = weight;
      total += weight;
    }
    for (let x = 0; x < size; x++) values[at + x]! /= total;
    first[i] = start;
    count[i] = size;
  }
  return { first, count, values, stride };
}

/** Weights rounded to integers, halves away from 0. */
export function integerWeights({ values, ...rest }: RealWeights, bits: number): Weights {
  const scale = 2 ** bits;
  return {
    ...rest,
    bits,
    values: Int32Array.from(values, (value) => Math.trunc(value < 0 ? value * scale - 0.5 : value * scale + 0.5)),
  };
}
