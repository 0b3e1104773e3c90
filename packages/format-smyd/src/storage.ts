import { float16ArrayToFloat32, narrowWeights, requireMultiples, UnsupportedError } from "@samoyed/core";
import type { PanelArray } from "@samoyed/smyd-file";

/** Storage of weights in panels. */
export type SmydWeights = (typeof SMYD_WEIGHTS)[number];

/** All of them. */
export const SMYD_WEIGHTS = ["float32", "float16", "int8"] as const;

/** The integers that the format holds. */
export const INT8_RANGE: readonly [least: number, most: number] = [-128, 127];

/** The largest int8 that float32 becomes: the range is symmetric, so -128 is not used. */
const INT8_MAX = 127;

/** float32's smallest normal number. A smaller scale would be too coarse to divide by. */
const MIN_SCALE = 2 ** -126;

/** Adding and subtracting this rounds a double of less than 2^51 to an integer, ties to even. */
const ROUND = 1.5 * 2 ** 52;

/** Stored form of a weight's output channels. */
export interface Stored {
  /** In the order of the values given. */
  readonly values: PanelArray;
  /** For int8: one for each output channel. */
  readonly scales?: Float32Array;
}

/** How rows are stored. */
export interface RowsStorage {
  readonly count: number;
  readonly storage: SmydWeights;
  /** The weight's, for messages. */
  readonly name: string;
  /** For int8: of each row the scale whose multiples its elements are; chosen when absent. */
  readonly scales?: Float32Array | undefined;
}

/**
 * A weight's output channels as they are stored: float32 the values themselves, float16 rounded to nearest, ties to
 * even; int8 as `docs/smyd-format.md` has it, or by the scales that the rows are multiples of.
 *
 * @param rows [count, row].
 * @throws UnsupportedError when a value cannot be stored so; `name` names the weight.
 */
export function storeRows(rows: Float32Array, { count, storage, name, scales }: RowsStorage): Stored {
  switch (storage) {
    case "float32":
      return { values: rows };
    case "float16":
      return { values: narrowWeights(rows, name) };
    default:
      return scales === undefined ? quantized(rows, { count, name }) : multiples(rows, { scales, name });
  }
}

/** Rows that are multiples of their scales as the integers. */
function multiples(
  rows: Float32Array,
  { scales, name }: { readonly scales: Float32Array; readonly name: string },
): Stored {
  const values = new Int8Array(rows.length);
  const row = rows.length / scales.length;
  for (const [channel, scale] of scales.entries()) {
    const start = channel * row;
    requireMultiples(rows.subarray(start, start + row), scale, name);
    for (let i = start; i < start + row; i++) values[i] = rows[i]! / scale + ROUND - ROUND;
  }
  return { values, scales };
}

function quantized(rows: Float32Array, { count, name }: { readonly count: number; readonly name: string }): Stored {
  const values = new Int8Array(rows.length);
  const scales = new Float32Array(count);
  const row = rows.length / count;
  for (let channel = 0; channel < count; channel++) {
    const start = channel * row;
    const largest = largestMagnitude(rows, start, start + row);
    if (!Number.isFinite(largest)) {
      const value = rows.find((item) => !Number.isFinite(item));
      throw new UnsupportedError(`weight ${JSON.stringify(name)} holds ${value}, which int8 cannot`, {
        hint: "Keep this model's weights in float32.",
      });
    }
    const exact = Math.fround(largest / INT8_MAX);
    const scale = exact < MIN_SCALE ? 1 : exact;
    // No quotient exceeds 127 by more than the scale was rounded, so none needs to be cut.
    for (let i = start; i < start + row; i++) values[i] = rows[i]! / scale + ROUND - ROUND;
    scales[channel] = scale;
  }
  return { values, scales };
}

/**
 * The largest magnitude of a range; NaN where there is one. No branches: signs are random, and would be mispredicted.
 */
function largestMagnitude(values: Float32Array, start: number, end: number): number {
  let largest = 0;
  for (let i = start; i < end; i++) largest = Math.max(largest, Math.abs(values[i]!));
  return largest;
}

/**
 * The values of output channels as float32: the inverse of `storeRows` but for what it rounded. An integer times its
 * channel's scale is rounded once.
 *
 * @param values [count, row]; the first channel is `scales[first]`'s.
 */
export function restoreRows(
  values: PanelArray,
  {
    first,
    count,
    scales,
  }: { readonly first: number; readonly count: number; readonly scales: Float32Array | undefined },
): Float32Array {
  if (values instanceof Float32Array) return values;
  if (values instanceof Uint16Array) return float16ArrayToFloat32(values);
  const rows = new Float32Array(values.length);
  const row = values.length / count;
  for (let channel = 0; channel < count; channel++) {
    const scale = scales![first + channel]!;
    for (let i = channel * row; i < (channel + 1) * row; i++) rows[i] = values[i]! * scale;
  }
  return rows;
}
