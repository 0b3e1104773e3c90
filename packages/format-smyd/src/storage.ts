import { float32ArrayToFloat16, UnsupportedError } from "@samoyed/core";

/** The largest int8 in use: the range is symmetric, so -128 is not. */
export const INT8_MAX = 127;

/** Adding and subtracting this rounds a double of less than 2^51 to an integer, ties to even. */
const ROUND = 1.5 * 2 ** 52;

/**
 * The scale of each output channel: its largest magnitude is 127. A channel of zeros has 1.
 *
 * @param rows output channels one after another, `scales.length` of them.
 * @throws UnsupportedError when a weight is not finite; `name` names it.
 */
export function channelScales(rows: Float32Array, scales: Float32Array, name: string): void {
  const row = rows.length / scales.length;
  for (let channel = 0; channel < scales.length; channel++) {
    let largest = 0;
    for (let i = channel * row; i < (channel + 1) * row; i++) {
      const magnitude = Math.abs(rows[i]!);
      // Written so that NaN comes through as well.
      if (!(magnitude <= largest)) largest = magnitude;
      if (!(magnitude < Number.POSITIVE_INFINITY)) {
        throw new UnsupportedError(`weight ${JSON.stringify(name)} holds ${rows[i]}, which int8 cannot`, {
          hint: "Keep this model's weights in float32.",
        });
      }
    }
    const scale = Math.fround(largest / INT8_MAX);
    scales[channel] = scale === 0 ? 1 : scale;
  }
}

/**
 * Integers nearest to `values / scale`, ties to even, clamped to ±127.
 *
 * @param values packed: the last axis is output channels, as many as `scales` has; lanes beyond are zero.
 */
export function quantizePacked(values: Float32Array, quantized: Int8Array, scales: Float32Array): void {
  const lanes = scales.length;
  for (let start = 0; start < values.length; start += lanes) {
    for (let lane = 0; lane < lanes; lane++) {
      // The scale is rounded: a quotient may come out a little above 127.
      const quotient = Math.max(-INT8_MAX, Math.min(INT8_MAX, values[start + lane]! / scales[lane]!));
      quantized[start + lane] = quotient + ROUND - ROUND;
    }
  }
}

/**
 * float16 bits of values, rounded to nearest, ties to even.
 *
 * @throws UnsupportedError when a finite value would become infinite; `name` names the weight.
 */
export function halvePacked(values: Float32Array, halves: Uint16Array, name: string): void {
  float32ArrayToFloat16(values, halves);
  for (let i = 0; i < halves.length; i++) {
    if ((halves[i]! & 0x7fff) === 0x7c00 && Number.isFinite(values[i])) {
      throw new UnsupportedError(`weight ${JSON.stringify(name)} holds ${values[i]}, beyond float16's largest, 65504`, {
        hint: "Keep this model's weights in float32.",
      });
    }
  }
}
