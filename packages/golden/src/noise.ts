import type { Noise } from "./case.ts";

/** Measures the largest and the root mean square difference between PyTorch's float32 and float64 logits. */
export function measureNoise(logits32: Float32Array, logits64: Float64Array): Noise {
  let max = 0;
  let squares = 0;
  for (let index = 0; index < logits64.length; index++) {
    const difference = Math.abs(logits32[index]! - logits64[index]!);
    // Math.max keeps a NaN, which no stated noise equals.
    max = Math.max(max, difference);
    squares += difference * difference;
  }
  return { max, rms: Math.sqrt(squares / logits64.length) };
}
