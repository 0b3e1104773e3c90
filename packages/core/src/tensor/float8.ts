import { decodeSmallFloat, encodeSmallFloat, FLOAT8_E4M3FN, FLOAT8_E5M2 } from "./small-float.ts";

/** The value of float8 E4M3FN bits; exact. */
export function float8E4m3fnToFloat32(bits: number): number {
  return decodeSmallFloat(bits & 0xff, FLOAT8_E4M3FN);
}

/**
 * The float8 E4M3FN bits nearest to `value`, ties to even. Values above 464 become NaN: the format has no infinity, and this
 * does not saturate (PyTorch 2.13, c10/util/Float8_e4m3fn.h).
 */
export function float32ToFloat8E4m3fn(value: number): number {
  return encodeSmallFloat(value, FLOAT8_E4M3FN);
}

/** The value of float8 E5M2 bits; exact. */
export function float8E5m2ToFloat32(bits: number): number {
  return decodeSmallFloat(bits & 0xff, FLOAT8_E5M2);
}

/** The float8 E5M2 bits nearest to `value`, ties to even; infinity from 61,440 (PyTorch 2.13, c10/util/Float8_e5m2.h). */
export function float32ToFloat8E5m2(value: number): number {
  return encodeSmallFloat(value, FLOAT8_E5M2);
}
