import type { Numbers } from "@samoyed/ir";

/** Mean and variance (biased, as all of ONNX's normalizations take it) of the elements at some offsets. */
export function moments(values: Numbers, at: Iterable<number>): { mean: number; variance: number } {
  const places = [...at];
  let sum = 0;
  for (const place of places) sum += values[place]!;
  const mean = sum / places.length;
  let squares = 0;
  for (const place of places) squares += (values[place]! - mean) ** 2;
  return { mean, variance: squares / places.length };
}

/** `count` whole numbers from `start` on. */
export function* range(start: number, count: number): Generator<number> {
  for (let index = start; index < start + count; index++) yield index;
}
