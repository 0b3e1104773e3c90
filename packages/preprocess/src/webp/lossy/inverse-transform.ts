import type { Plane } from "./plane.ts";

/** Multiplies by √2 cos(π/8), in 65536ths. */
const byCosine = (value: number): number => ((value * 20_091) >> 16) + value;
/** Multiplies by √2 sin(π/8), in 65536ths. */
const bySine = (value: number): number => (value * 35_468) >> 16;

const columns = new Int32Array(16);

/** Adds the inverse cosine transform of 16 coefficients to a 4×4 block: RFC 6386, section 14.3. */
export function addInverseCosine(values: Int16Array, from: number, { data, stride }: Plane, to: number): void {
  for (let i = 0; i < 4; i++) {
    const v0 = values[from + i]!;
    const v1 = values[from + 4 + i]!;
    const v2 = values[from + 8 + i]!;
    const v3 = values[from + 12 + i]!;
    const a = v0 + v2;
    const b = v0 - v2;
    const c = bySine(v1) - byCosine(v3);
    const d = byCosine(v1) + bySine(v3);
    columns[4 * i] = a + d;
    columns[4 * i + 1] = b + c;
    columns[4 * i + 2] = b - c;
    columns[4 * i + 3] = a - d;
  }
  for (let i = 0; i < 4; i++) {
    const dc = columns[i]! + 4;
    const v1 = columns[4 + i]!;
    const v2 = columns[8 + i]!;
    const v3 = columns[12 + i]!;
    const a = dc + v2;
    const b = dc - v2;
    const c = bySine(v1) - byCosine(v3);
    const d = byCosine(v1) + bySine(v3);
    const at = to + i * stride;
    data[at] = data[at]! + ((a + d) >> 3);
    data[at + 1] = data[at + 1]! + ((b + c) >> 3);
    data[at + 2] = data[at + 2]! + ((b - c) >> 3);
    data[at + 3] = data[at + 3]! + ((a - d) >> 3);
  }
}

/** The first coefficients of 16 blocks, 16 apart, of their Walsh-Hadamard transform: RFC 6386, section 14.3. */
export function inverseWalshHadamard(values: Int16Array, to: Int16Array): void {
  for (let i = 0; i < 4; i++) {
    const a0 = values[i]! + values[12 + i]!;
    const a1 = values[4 + i]! + values[8 + i]!;
    const a2 = values[4 + i]! - values[8 + i]!;
    const a3 = values[i]! - values[12 + i]!;
    columns[i] = a0 + a1;
    columns[8 + i] = a0 - a1;
    columns[4 + i] = a3 + a2;
    columns[12 + i] = a3 - a2;
  }
  for (let i = 0; i < 4; i++) {
    const dc = columns[4 * i]! + 3;
    const a0 = dc + columns[4 * i + 3]!;
    const a1 = columns[4 * i + 1]! + columns[4 * i + 2]!;
    const a2 = columns[4 * i + 1]! - columns[4 * i + 2]!;
    const a3 = dc - columns[4 * i + 3]!;
    to[64 * i] = (a0 + a1) >> 3;
    to[64 * i + 16] = (a3 + a2) >> 3;
    to[64 * i + 32] = (a0 - a1) >> 3;
    to[64 * i + 48] = (a3 - a2) >> 3;
  }
}
