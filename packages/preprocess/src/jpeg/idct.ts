/**
 * The inverse DCT of libjpeg-turbo's default method, `JDCT_ISLOW` (jidctint.c, after Loeffler, Ligtenberg and Moschytz):
 * 13-bit constants, two extra bits between the passes, 32-bit integers. Its SIMD versions give the same samples.
 */
const CONST_BITS = 13;
const PASS1_BITS = 2;
const PASS1_SHIFT = CONST_BITS - PASS1_BITS;
const PASS1_ROUND = 1 << (PASS1_SHIFT - 1);
const PASS2_SHIFT = CONST_BITS + PASS1_BITS + 3;
/** Rounding, and the 128 that moves samples from ±128 to 0–255. */
const PASS2_ROUND = (1 << (PASS2_SHIFT - 1)) + (128 << PASS2_SHIFT);

const F_0_298 = 2446;
const F_0_390 = 3196;
const F_0_541 = 4433;
const F_0_765 = 6270;
const F_0_899 = 7373;
const F_1_175 = 9633;
const F_1_501 = 12299;
const F_1_847 = 15137;
const F_1_961 = 16069;
const F_2_053 = 16819;
const F_2_562 = 20995;
const F_3_072 = 25172;

/** The columns between the passes; one block is transformed at a time. */
const workspace = new Int32Array(64);

/**
 * Dequantizes and transforms one block into samples 0–255.
 *
 * @param coefficients in row order from `offset`.
 * @param quantizer divisors in row order.
 * @param last zigzag position after which all coefficients are zero; 63 if unknown.
 * @param samples receives the 8×8 samples from `at`, rows `stride` apart; the array must clamp.
 * Positional arguments: this runs once per block.
 */
export function inverseDct(
  coefficients: Int16Array,
  offset: number,
  quantizer: Int16Array,
  last: number,
  samples: Uint8ClampedArray,
  at: number,
  stride: number,
): void {
  if (last === 0) {
    // A flat block: both passes reduce to this.
    const sample = ((Math.imul(coefficients[offset]!, quantizer[0]!) + 4) >> 3) + 128;
    for (let row = 0, to = at; row < 8; row++, to += stride) {
      for (let column = 0; column < 8; column++) samples[to + column] = sample;
    }
  } else if (last <= LAST_OF_CORNER) {
    transformCorner(coefficients, offset, quantizer, samples, at, stride);
  } else {
    transformWhole(coefficients, offset, quantizer, samples, at, stride);
  }
}

/** Up to this zigzag position, coefficients are in the block's first four rows and columns, as in about half of all blocks. */
const LAST_OF_CORNER = 9;

function transformWhole(
  coefficients: Int16Array,
  offset: number,
  quantizer: Int16Array,
  samples: Uint8ClampedArray,
  at: number,
  stride: number,
): void {
  const ws = workspace;
  for (let column = 0; column < 8; column++) {
    const from = offset + column;
    const c1 = coefficients[from + 8]!;
    const c2 = coefficients[from + 16]!;
    const c3 = coefficients[from + 24]!;
    const c4 = coefficients[from + 32]!;
    const c5 = coefficients[from + 40]!;
    const c6 = coefficients[from + 48]!;
    const c7 = coefficients[from + 56]!;
    const d0 = Math.imul(coefficients[from]!, quantizer[column]!);
    if ((c1 | c2 | c3 | c4 | c5 | c6 | c7) === 0) {
      const flat = d0 << PASS1_BITS;
      ws[column] = flat;
      ws[column + 8] = flat;
      ws[column + 16] = flat;
      ws[column + 24] = flat;
      ws[column + 32] = flat;
      ws[column + 40] = flat;
      ws[column + 48] = flat;
      ws[column + 56] = flat;
      continue;
    }
    const d1 = Math.imul(c1, quantizer[column + 8]!);
    const d2 = Math.imul(c2, quantizer[column + 16]!);
    const d3 = Math.imul(c3, quantizer[column + 24]!);
    const d4 = Math.imul(c4, quantizer[column + 32]!);
    const d5 = Math.imul(c5, quantizer[column + 40]!);
    const d6 = Math.imul(c6, quantizer[column + 48]!);
    const d7 = Math.imul(c7, quantizer[column + 56]!);

    const even = Math.imul(d2 + d6, F_0_541);
    const even2 = (even - Math.imul(d6, F_1_847)) | 0;
    const even3 = (even + Math.imul(d2, F_0_765)) | 0;
    const sum = ((d0 + d4) << CONST_BITS) + PASS1_ROUND;
    const difference = ((d0 - d4) << CONST_BITS) + PASS1_ROUND;
    const e0 = (sum + even3) | 0;
    const e3 = (sum - even3) | 0;
    const e1 = (difference + even2) | 0;
    const e2 = (difference - even2) | 0;

    const z5 = Math.imul(d7 + d3 + d5 + d1, F_1_175);
    const z1 = Math.imul(d7 + d1, -F_0_899);
    const z2 = Math.imul(d5 + d3, -F_2_562);
    const z3 = (Math.imul(d7 + d3, -F_1_961) + z5) | 0;
    const z4 = (Math.imul(d5 + d1, -F_0_390) + z5) | 0;
    const o0 = (Math.imul(d7, F_0_298) + z1 + z3) | 0;
    const o1 = (Math.imul(d5, F_2_053) + z2 + z4) | 0;
    const o2 = (Math.imul(d3, F_3_072) + z2 + z3) | 0;
    const o3 = (Math.imul(d1, F_1_501) + z1 + z4) | 0;

    ws[column] = (e0 + o3) >> PASS1_SHIFT;
    ws[column + 8] = (e1 + o2) >> PASS1_SHIFT;
    ws[column + 16] = (e2 + o1) >> PASS1_SHIFT;
    ws[column + 24] = (e3 + o0) >> PASS1_SHIFT;
    ws[column + 32] = (e3 - o0) >> PASS1_SHIFT;
    ws[column + 40] = (e2 - o1) >> PASS1_SHIFT;
    ws[column + 48] = (e1 - o2) >> PASS1_SHIFT;
    ws[column + 56] = (e0 - o3) >> PASS1_SHIFT;
  }

  for (let row = 0, to = at; row < 64; row += 8, to += stride) {
    const d0 = ws[row]!;
    const d1 = ws[row + 1]!;
    const d2 = ws[row + 2]!;
    const d3 = ws[row + 3]!;
    const d4 = ws[row + 4]!;
    const d5 = ws[row + 5]!;
    const d6 = ws[row + 6]!;
    const d7 = ws[row + 7]!;

    const even = Math.imul(d2 + d6, F_0_541);
    const even2 = (even - Math.imul(d6, F_1_847)) | 0;
    const even3 = (even + Math.imul(d2, F_0_765)) | 0;
    const sum = ((d0 + d4) << CONST_BITS) + PASS2_ROUND;
    const difference = ((d0 - d4) << CONST_BITS) + PASS2_ROUND;
    const e0 = (sum + even3) | 0;
    const e3 = (sum - even3) | 0;
    const e1 = (difference + even2) | 0;
    const e2 = (difference - even2) | 0;

    const z5 = Math.imul(d7 + d3 + d5 + d1, F_1_175);
    const z1 = Math.imul(d7 + d1, -F_0_899);
    const z2 = Math.imul(d5 + d3, -F_2_562);
    const z3 = (Math.imul(d7 + d3, -F_1_961) + z5) | 0;
    const z4 = (Math.imul(d5 + d1, -F_0_390) + z5) | 0;
    const o0 = (Math.imul(d7, F_0_298) + z1 + z3) | 0;
    const o1 = (Math.imul(d5, F_2_053) + z2 + z4) | 0;
    const o2 = (Math.imul(d3, F_3_072) + z2 + z3) | 0;
    const o3 = (Math.imul(d1, F_1_501) + z1 + z4) | 0;

    samples[to] = (e0 + o3) >> PASS2_SHIFT;
    samples[to + 1] = (e1 + o2) >> PASS2_SHIFT;
    samples[to + 2] = (e2 + o1) >> PASS2_SHIFT;
    samples[to + 3] = (e3 + o0) >> PASS2_SHIFT;
    samples[to + 4] = (e3 - o0) >> PASS2_SHIFT;
    samples[to + 5] = (e2 - o1) >> PASS2_SHIFT;
    samples[to + 6] = (e1 - o2) >> PASS2_SHIFT;
    samples[to + 7] = (e0 - o3) >> PASS2_SHIFT;
  }
}

/**
 * The same transform for blocks whose rows and columns 4 to 7 are zero. Sums of products of one coefficient are one product here, which
 * changes nothing in integers.
 */
function transformCorner(
  coefficients: Int16Array,
  offset: number,
  quantizer: Int16Array,
  samples: Uint8ClampedArray,
  at: number,
  stride: number,
): void {
  const ws = workspace;
  for (let column = 0; column < 4; column++) {
    const from = offset + column;
    const d0 = (Math.imul(coefficients[from]!, quantizer[column]!) << CONST_BITS) + PASS1_ROUND;
    const d1 = Math.imul(coefficients[from + 8]!, quantizer[column + 8]!);
    const d2 = Math.imul(coefficients[from + 16]!, quantizer[column + 16]!);
    const d3 = Math.imul(coefficients[from + 24]!, quantizer[column + 24]!);

    const even2 = Math.imul(d2, F_0_541);
    const even3 = Math.imul(d2, F_0_541 + F_0_765);
    const e0 = (d0 + even3) | 0;
    const e3 = (d0 - even3) | 0;
    const e1 = (d0 + even2) | 0;
    const e2 = (d0 - even2) | 0;
    const o0 = (Math.imul(d1, F_1_175 - F_0_899) + Math.imul(d3, F_1_175 - F_1_961)) | 0;
    const o1 = (Math.imul(d1, F_1_175 - F_0_390) + Math.imul(d3, F_1_175 - F_2_562)) | 0;
    const o2 = (Math.imul(d1, F_1_175) + Math.imul(d3, F_1_175 - F_1_961 - F_2_562 + F_3_072)) | 0;
    const o3 = (Math.imul(d1, F_1_175 - F_0_899 - F_0_390 + F_1_501) + Math.imul(d3, F_1_175)) | 0;

    ws[column] = (e0 + o3) >> PASS1_SHIFT;
    ws[column + 4] = (e1 + o2) >> PASS1_SHIFT;
    ws[column + 8] = (e2 + o1) >> PASS1_SHIFT;
    ws[column + 12] = (e3 + o0) >> PASS1_SHIFT;
    ws[column + 16] = (e3 - o0) >> PASS1_SHIFT;
    ws[column + 20] = (e2 - o1) >> PASS1_SHIFT;
    ws[column + 24] = (e1 - o2) >> PASS1_SHIFT;
    ws[column + 28] = (e0 - o3) >> PASS1_SHIFT;
  }

  for (let row = 0, to = at; row < 32; row += 4, to += stride) {
    const d0 = (ws[row]! << CONST_BITS) + PASS2_ROUND;
    const d1 = ws[row + 1]!;
    const d2 = ws[row + 2]!;
    const d3 = ws[row + 3]!;

    const even2 = Math.imul(d2, F_0_541);
    const even3 = Math.imul(d2, F_0_541 + F_0_765);
    const e0 = (d0 + even3) | 0;
    const e3 = (d0 - even3) | 0;
    const e1 = (d0 + even2) | 0;
    const e2 = (d0 - even2) | 0;
    const o0 = (Math.imul(d1, F_1_175 - F_0_899) + Math.imul(d3, F_1_175 - F_1_961)) | 0;
    const o1 = (Math.imul(d1, F_1_175 - F_0_390) + Math.imul(d3, F_1_175 - F_2_562)) | 0;
    const o2 = (Math.imul(d1, F_1_175) + Math.imul(d3, F_1_175 - F_1_961 - F_2_562 + F_3_072)) | 0;
    const o3 = (Math.imul(d1, F_1_175 - F_0_899 - F_0_390 + F_1_501) + Math.imul(d3, F_1_175)) | 0;

    samples[to] = (e0 + o3) >> PASS2_SHIFT;
    samples[to + 1] = (e1 + o2) >> PASS2_SHIFT;
    samples[to + 2] = (e2 + o1) >> PASS2_SHIFT;
    samples[to + 3] = (e3 + o0) >> PASS2_SHIFT;
    samples[to + 4] = (e3 - o0) >> PASS2_SHIFT;
    samples[to + 5] = (e2 - o1) >> PASS2_SHIFT;
    samples[to + 6] = (e1 - o2) >> PASS2_SHIFT;
    samples[to + 7] = (e0 - o3) >> PASS2_SHIFT;
  }
}
