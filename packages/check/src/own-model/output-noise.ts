import { measureNoise, type Noise } from "@samoyed/golden";
import type { Outputs } from "./model-reference.ts";

/** One rounding of float32, relative: no engine that computes in it can be nearer. */
const ROUNDING = 2 ** -24;

/**
 * The noise of each output: how far float32 is from float64, over all runs, times `factor`; never less than one rounding
 * of the largest value.
 */
export function outputNoise(
  runs: readonly { readonly float64: Outputs; readonly float32: Outputs }[],
  factor = 1,
): ReadonlyMap<string, Noise> {
  const noise = new Map<string, Noise>();
  for (const [name, { dtype }] of runs[0]?.float64 ?? []) {
    if (dtype !== "float64") continue;
    let [max, squares, count, largest] = [0, 0, 0, 0];
    for (const { float64, float32 } of runs) {
      const values = float64.get(name)!.data as Float64Array;
      const measured = measureNoise(float32.get(name)!.data as Float32Array, values);
      max = Math.max(max, measured.max);
      squares += measured.rms ** 2 * values.length;
      count += values.length;
      for (const value of values) if (Number.isFinite(value)) largest = Math.max(largest, Math.abs(value));
    }
    const least = ROUNDING * Math.max(largest, Number.MIN_VALUE / ROUNDING);
    const rms = Math.sqrt(squares / Math.max(1, count));
    noise.set(name, { max: Math.max(factor * max, least), rms: Math.max(factor * rms, least / 2) });
  }
  return noise;
}
