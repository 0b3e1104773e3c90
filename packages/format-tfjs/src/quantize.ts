import { type LazyTensor, UnsupportedError } from "@samoyed/core";

/** Weight storage of TensorFlow.js; it computes in float32 either way. */
export type StoredWeights = (typeof STORED_WEIGHTS)[number];

/** All of them. */
export const STORED_WEIGHTS = ["float32", "float16", "uint8", "uint16"] as const;

/** The line on which a tensor's values are: value = stored · scale + min. */
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
  let [least, most] = rangeOf(values);
  if (!Number.isFinite(most - least) && values.length > 0) {
    const odd = values.find((value) => !Number.isFinite(value));
    throw new UnsupportedError(`weight "${tensor.name}" holds ${odd}, which ${dtype} cannot stand for`, {
      hint: "Keep this model's weights in float32.",
    });
  }
  if (values.length === 0) return { scale: 1, min: 0 };
  // Zeros may be added to a tensor of one sign.
  [least, most] = [Math.min(least, 0), Math.max(most, 0)];
  if (least === most) return { scale: 1, min: 0 };
  const scale = (most - least) / LARGEST[dtype];
  const zero = Math.round(-least / scale);
  return { scale, min: -(zero * scale) };
}

/** The least and the largest value; NaN where one of them is. By index and without branches: ten times as fast. */
function rangeOf(values: Float32Array): [least: number, most: number] {
  let least = Infinity;
  let most = -Infinity;
  for (let i = 0; i < values.length; i++) {
    least = Math.min(least, values[i]!);
    most = Math.max(most, values[i]!);
  }
  return [least, most];
}

/** Values as integers, rounded to nearest; halves go up, as `Math.round` has them. */
export function quantize(
  values: Float32Array,
  { scale, min }: Quantization,
  dtype: "uint8" | "uint16",
): Uint8Array | Uint16Array {
  const result = dtype === "uint8" ? new Uint8Array(values.length) : new Uint16Array(values.length);
  const zero = Math.round(-min / scale);
  const largest = LARGEST[dtype];
  for (let i = 0; i < values.length; i++) {
    const place = values[i]! / scale + zero;
    // The result of Math.round from 0.5 on, in a third of its time.
    result[i] = place < 0.5 ? 0 : Math.min(largest, Math.floor(place + 0.5));
  }
  return result;
}
