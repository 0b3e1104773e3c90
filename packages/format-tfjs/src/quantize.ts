import { type LazyTensor, UnsupportedError } from "@samoyed/core";

/** How TensorFlow.js stores weights; it computes in float32 either way. */
export type StoredWeights = "float32" | "float16" | "uint8" | "uint16";

/** The line on which a tensor's values lie: value = stored · scale + min. */
export interface Quantization {
  readonly scale: number;
  readonly min: number;
}

const LARGEST = { uint8: 255, uint16: 65535 } as const;

/**
 * The range of a tensor in integers, nudged so that zero is one of them: merged groups have zeros between, which must
 * stay zeros. As `_get_affine_quantization_range` of tensorflowjs 4.22 (`quantization.py`), but for the scale, which
 * there is derived once more from the nudged ends and loses its last bit.
 *
 * @throws UnsupportedError when a value is not finite.
 */
export function quantizationOf(values: Float32Array, dtype: "uint8" | "uint16", tensor: LazyTensor): Quantization {
  let [least, most] = [Infinity, -Infinity];
  for (const value of values) {
    // Written so that NaN fails.
    if (!(Math.abs(value) <= 3.5e38)) {
      throw new UnsupportedError(`weight "${tensor.name}" holds ${value}, which ${dtype} cannot stand for`, {
        hint: "Keep this model's weights in float32.",
      });
    }
    if (value < least) least = value;
    if (value > most) most = value;
  }
  if (values.length === 0) return { scale: 1, min: 0 };
  // Zeros may be added to a tensor of one sign.
  [least, most] = [Math.min(least, 0), Math.max(most, 0)];
  if (least === most) return { scale: 1, min: 0 };
  const scale = (most - least) / LARGEST[dtype];
  const zero = Math.round(-least / scale);
  return { scale, min: -(zero * scale) };
}

/** Values as integers, rounded to nearest. */
export function quantize(
  values: Float32Array,
  { scale, min }: Quantization,
  dtype: "uint8" | "uint16",
): Uint8Array | Uint16Array {
  const result = dtype === "uint8" ? new Uint8Array(values.length) : new Uint16Array(values.length);
  const zero = Math.round(-min / scale);
  const largest = LARGEST[dtype];
  for (let i = 0; i < values.length; i++) {
    result[i] = Math.min(largest, Math.max(0, Math.round(values[i]! / scale + zero)));
  }
  return result;
}
