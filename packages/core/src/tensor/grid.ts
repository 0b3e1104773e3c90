import { InternalError } from "../errors.ts";
import type { ReadOptions } from "../io/source.ts";
import type { LazyTensor } from "./tensor.ts";
import { bytesToArray } from "./tensor-bytes.ts";

/** The multiples of scales that a tensor's elements are. */
export interface Grid {
  /** One for all elements, or one for each position along `axis`; normal numbers above 0. */
  readonly scales: Float32Array;
  readonly axis: number;
  /** The least and the largest multiple that may occur. */
  readonly least: number;
  readonly most: number;
}

/** float32's smallest normal number: multiples of a smaller scale would be rounded to others. */
const MIN_SCALE = 2 ** -126;

/** Adding and subtracting this rounds a double of less than 2^51 to an integer, ties to even. */
const ROUND = 1.5 * 2 ** 52;

/** The grid of a tensor's elements; `undefined` where it has no quantized form, or one without a common zero point. */
export async function readGrid({ quantized }: LazyTensor, reading: ReadOptions = {}): Promise<Grid | undefined> {
  if (quantized === undefined) return undefined;
  const { scales: lazy, zeros, axis } = quantized;
  const scales = bytesToArray(await lazy.read(reading), "float32");
  const offsets = zeros === undefined ? [0] : Array.from(bytesToArray(await zeros.read(reading), zeros.dtype), Number);
  const [zero = 0] = offsets;
  if (offsets.some((offset) => offset !== zero)) return undefined;
  if (!scales.every((scale) => scale >= MIN_SCALE && scale < Infinity)) return undefined;
  const [least, most] = quantized.range;
  return { scales, axis, least: least - zero, most: most - zero };
}

/**
 * Requires values to be multiples of a scale, as a tensor's quantized form says, so that storing the integers loses
 * nothing.
 *
 * @throws InternalError when one is not: something transformed the elements and kept the form.
 */
export function requireMultiples(values: Float32Array, scale: number, name: string): void {
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (Math.fround((value / scale + ROUND - ROUND) * scale) !== value) {
      throw new InternalError(`weight ${JSON.stringify(name)} holds ${value}, which is no multiple of ${scale}`);
    }
  }
}
