/** bfloat16 values as 16 bits: the upper half of a float32. Rounding is to nearest, ties to even, as in PyTorch. */

const FLOAT = new Float32Array(1);
const BITS = new Uint32Array(FLOAT.buffer);

function narrow(wide: number): number {
  // PyTorch 2.13, c10/util/BFloat16.h, round_to_nearest_even: every NaN becomes 0x7fc0.
  return (wide & 0x7fffffff) > 0x7f800000 ? 0x7fc0 : (wide + 0x7fff + ((wide >>> 16) & 1)) >>> 16;
}

/** The value of bfloat16 bits; exact. */
export function bfloat16ToFloat32(bits: number): number {
  BITS[0] = bits << 16;
  return FLOAT[0]!;
}

/** The bfloat16 bits nearest to `value`, which is first rounded to float32. */
export function float32ToBfloat16(value: number): number {
  FLOAT[0] = value;
  return narrow(BITS[0]!);
}

/** Widens bfloat16 bits into `target` (or a new array); NaN payloads are kept. */
export function bfloat16ArrayToFloat32(
  source: Uint16Array,
  target: Float32Array = new Float32Array(source.length),
): Float32Array {
  const bits = new Uint32Array(target.buffer, target.byteOffset, source.length);
  for (let i = 0; i < source.length; i++) {
    bits[i] = source[i]! << 16;
  }
  return target;
}

/** Narrows float32 values into `target` (or a new array). */
export function float32ArrayToBfloat16(
  source: Float32Array,
  target: Uint16Array = new Uint16Array(source.length),
): Uint16Array {
  const bits = new Uint32Array(source.buffer, source.byteOffset, source.length);
  for (let i = 0; i < bits.length; i++) {
    target[i] = narrow(bits[i]!);
  }
  return target;
}
