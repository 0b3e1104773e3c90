/** Weights expanded to float32, exactly: the kernels compute in float32 whatever the storage. */
import { STORAGE_FLOAT16, STORAGE_FLOAT32 } from "../src/wasm/program/fields";

/** Bytes of one weight. */
export function weightBytes(storage: i32): i32 {
  return storage == STORAGE_FLOAT32 ? 4 : storage == STORAGE_FLOAT16 ? 2 : 1;
}

/**
 * `steps` × 8 weights, not float32, to float32.
 *
 * @param scales for int8, the address of the first of the eight output channels' scales, float32
 */
export function expandWeights(storage: i32, from: usize, steps: i32, scales: usize, to: usize): void {
  if (storage == STORAGE_FLOAT16) expandFloat16(from, steps, to);
  else expandInt8(from, steps, v128.load(scales), v128.load(scales, 16), to);
}

/** From IEEE 754 binary16. */
function expandFloat16(from: usize, steps: i32, to: usize): void {
  const end = to + 32 * steps;
  for (; to < end; to += 32, from += 16) {
    const halves = v128.load(from);
    v128.store(to, float16Lanes(i32x4.extend_low_i16x8_u(halves)));
    v128.store(to, float16Lanes(i32x4.extend_high_i16x8_u(halves)), 16);
  }
}

/**
 * Four binary16 values, each in the low half of its lane. Exponent and fraction are shifted to their float32 places;
 * multiplying by 2^112 then corrects the exponent's bias, subnormals included. Infinities and NaN are put right after.
 */
// @ts-ignore: decorator
@inline
function float16Lanes(halves: v128): v128 {
  const magnitude = v128.and(halves, i32x4.splat(0x7fff));
  const sign = v128.shl<i32>(v128.xor(halves, magnitude), 16);
  const value = v128.mul<f32>(v128.shl<i32>(magnitude, 13), i32x4.splat(0x77800000));
  const special = v128.and(v128.ge<i32>(magnitude, i32x4.splat(0x7c00)), i32x4.splat(0x7f800000));
  return v128.or(v128.or(value, special), sign);
}

/** Integer times the scale of its output channel. */
function expandInt8(from: usize, steps: i32, low: v128, high: v128, to: usize): void {
  const end = to + 32 * steps;
  for (; to < end; to += 32, from += 8) {
    const words = v128.load_ext<i8>(from);
    v128.store(to, v128.mul<f32>(f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(words)), low));
    v128.store(to, v128.mul<f32>(f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(words)), high), 16);
  }
}
