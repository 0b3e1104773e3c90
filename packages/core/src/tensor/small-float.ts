/**
 * Floats of 16 bits and fewer, encoded from a double in one rounding (to nearest, ties to even).
 * Going through float32 would round twice.
 */
export interface SmallFloat {
  readonly exponentBits: number;
  readonly mantissaBits: number;
  /** Bits (without sign) of the result of overflow: infinity, or NaN in a format without infinities. */
  readonly overflow: number;
  readonly nan: number;
}

export const FLOAT16: SmallFloat = { exponentBits: 5, mantissaBits: 10, overflow: 0x7c00, nan: 0x7e00 };
export const BFLOAT16: SmallFloat = { exponentBits: 8, mantissaBits: 7, overflow: 0x7f80, nan: 0x7fc0 };
/** OCP E4M3: no infinities, one NaN, largest 448. */
export const FLOAT8_E4M3FN: SmallFloat = { exponentBits: 4, mantissaBits: 3, overflow: 0x7f, nan: 0x7f };
/** OCP E5M2: like IEEE 754, largest 57,344. */
export const FLOAT8_E5M2: SmallFloat = { exponentBits: 5, mantissaBits: 2, overflow: 0x7c, nan: 0x7f };

const DOUBLE = new Float64Array(1);
const WORDS = new Uint32Array(DOUBLE.buffer);

/** The bits nearest to a double; NaN becomes the format's positive quiet NaN. */
export function encodeSmallFloat(value: number, format: SmallFloat): number {
  if (Number.isNaN(value)) {
    return format.nan;
  }
  const width = format.exponentBits + format.mantissaBits;
  DOUBLE[0] = value;
  const sign = WORDS[1]! >>> 31 === 1 ? 1 << width : 0;
  const bias = 2 ** (format.exponentBits - 1) - 1;
  const exponent = ((WORDS[1]! >>> 20) & 0x7ff) - 1023;
  if (exponent > bias + 1) {
    return sign | format.overflow;
  }
  // Below the smallest normal number the spacing is that of the smallest normal exponent.
  const scaleExponent = Math.max(exponent, 1 - bias);
  const steps = roundHalfEven(Math.abs(value) * 2 ** (format.mantissaBits - scaleExponent));
  // `steps` of a normal number includes the implicit one, so the exponent field counts from one lower; carries fit.
  const bits = steps + ((scaleExponent + bias - 1) << format.mantissaBits);
  return sign | Math.min(bits, format.overflow);
}

/** The value of the bits of a small float. */
export function decodeSmallFloat(bits: number, format: SmallFloat): number {
  const width = format.exponentBits + format.mantissaBits;
  const sign = (bits >>> width) & 1 ? -1 : 1;
  const magnitude = bits & ((1 << width) - 1);
  if (magnitude >= format.overflow) {
    return magnitude === format.overflow && format.overflow !== format.nan ? sign * Infinity : NaN;
  }
  const bias = 2 ** (format.exponentBits - 1) - 1;
  const exponent = magnitude >>> format.mantissaBits;
  const fraction = magnitude & ((1 << format.mantissaBits) - 1);
  return exponent === 0
    ? sign * fraction * 2 ** (1 - bias - format.mantissaBits)
    : sign * (fraction + 2 ** format.mantissaBits) * 2 ** (exponent - bias - format.mantissaBits);
}

/** Adding and subtracting 2^52 leaves an integer, rounded by the hardware to nearest even; `x` is below 2^51 here. */
function roundHalfEven(x: number): number {
  return x + 2 ** 52 - 2 ** 52;
}
