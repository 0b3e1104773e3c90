/** IEEE 754 binary16 values as 16 bits. Rounding is to nearest, ties to even, as in PyTorch, NumPy and F16C. */

const FLOAT = new Float32Array(1);
const BITS = new Uint32Array(FLOAT.buffer);

/** The float32 bits of each of the 65,536 float16 values: built on first use (256 KiB). */
let table: Uint32Array | undefined;

function widen(bits: number): number {
  const sign = (bits & 0x8000) << 16;
  const exponent = (bits >>> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) {
    return sign | 0x7f800000 | (fraction << 13);
  }
  if (exponent !== 0) {
    return sign | ((exponent + 112) << 23) | (fraction << 13);
  }
  // A subnormal: fraction * 2^-24, which float32 represents exactly.
  FLOAT[0] = fraction * 2 ** -24;
  return sign | BITS[0]!;
}

function wideTable(): Uint32Array {
  if (table === undefined) {
    table = new Uint32Array(65536);
    for (let bits = 0; bits < 65536; bits++) {
      table[bits] = widen(bits);
    }
  }
  return table;
}

function narrow(wide: number): number {
  const sign = (wide >>> 16) & 0x8000;
  const magnitude = wide & 0x7fffffff;
  if (magnitude >= 0x47800000) {
    // 2^16 and more, infinity, NaN (made quiet, the upper bits of its payload kept).
    return magnitude > 0x7f800000 ? sign | 0x7e00 | ((magnitude >>> 13) & 0x1ff) : sign | 0x7c00;
  }
  if (magnitude >= 0x38800000) {
    // Normal: rebias the exponent, then add just under half (or half, if the last kept bit is odd) and cut 13 bits.
    // A carry runs into the exponent, up to infinity, as it should.
    return sign | ((magnitude - 0x38000000 + 0xfff + ((magnitude >>> 13) & 1)) >>> 13);
  }
  if (magnitude <= 0x33000000) {
    // Up to 2^-25, half of the smallest subnormal: ties go to zero.
    return sign;
  }
  const shift = 126 - (magnitude >>> 23);
  const fraction = (magnitude & 0x7fffff) | 0x800000;
  const kept = fraction >>> shift;
  const half = 1 << (shift - 1);
  return sign | ((fraction + half - 1 + (kept & 1)) >>> shift);
}

/** The value of float16 bits; exact. */
export function float16ToFloat32(bits: number): number {
  BITS[0] = wideTable()[bits & 0xffff]!;
  return FLOAT[0]!;
}

/** The float16 bits nearest to `value`, which is first rounded to float32; infinity above 65,519. */
export function float32ToFloat16(value: number): number {
  FLOAT[0] = value;
  return narrow(BITS[0]!);
}

/** Widens float16 bits into `target` (or a new array); NaN payloads are kept. */
export function float16ArrayToFloat32(
  source: Uint16Array,
  target: Float32Array = new Float32Array(source.length),
): Float32Array {
  const wide = wideTable();
  const bits = new Uint32Array(target.buffer, target.byteOffset, source.length);
  for (let i = 0; i < source.length; i++) {
    bits[i] = wide[source[i]!]!;
  }
  return target;
}

/** Narrows float32 values into `target` (or a new array). */
export function float32ArrayToFloat16(
  source: Float32Array,
  target: Uint16Array = new Uint16Array(source.length),
): Uint16Array {
  const bits = new Int32Array(source.buffer, source.byteOffset, source.length);
  for (let i = 0; i < bits.length; i++) {
    const wide = bits[i]!;
    const magnitude = wide & 0x7fffffff;
    // The case of normal results in `narrow`, inlined since nearly all are: a call for each takes three times as long.
    target[i] =
      magnitude >= 0x38800000 && magnitude < 0x47800000
        ? ((wide >>> 16) & 0x8000) | ((magnitude - 0x38000000 + 0xfff + ((magnitude >>> 13) & 1)) >>> 13)
        : narrow(wide);
  }
  return target;
}
