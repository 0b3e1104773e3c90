import { BLOCK_SIZE, ZIGZAG } from "./constants.ts";
import type { Component } from "./frame.ts";
import { lastNonzero } from "./nonzero.ts";
import { type KnownBits, SMOOTHED } from "./smooth.ts";

/**
 * Weights of the DC values of the 5×5 blocks around a block for an estimate, by zigzag position. With no AC
 * coefficient known at all, nine are estimated and DC itself is smoothed.
 */
const KERNELS_DC_ONLY: readonly (readonly number[])[] = [
  // prettier-ignore
  [-2, -6, -8, -6, -2, -6, 6, 42, 6, -6, -8, 42, 152, 42, -8, -6, 6, 42, 6, -6, -2, -6, -8, -6, -2],
  [-1, -1, 0, 1, 1, -3, 13, 0, -13, 3, -3, 38, 0, -38, 3, -3, 13, 0, -13, 3, -1, -1, 0, 1, 1],
  [-1, -3, -3, -3, -1, -1, 13, 38, 13, -1, 0, 0, 0, 0, 0, 1, -13, -38, -13, 1, 1, 3, 3, 3, 1],
  [0, 0, 1, 0, 0, 0, 2, 7, 2, 0, 0, -5, -14, -5, 0, 0, 2, 7, 2, 0, 0, 0, 1, 0, 0],
  [-1, 0, 0, 0, 1, 0, 9, 0, -9, 0, 0, 0, 0, 0, 0, 0, -9, 0, 9, 0, 1, 0, 0, 0, -1],
  [0, 0, 0, 0, 0, 0, 2, -5, 2, 0, 1, 7, -14, 7, 1, 0, 2, -5, 2, 0, 0, 0, 0, 0, 0],
  [0, 0, 0, 0, 0, 0, 1, 0, -1, 0, 0, 2, 0, -2, 0, 0, 1, 0, -1, 0, 0, 0, 0, 0, 0],
  [0, 0, 0, 0, 0, 0, 1, -3, 1, 0, 0, 0, 0, 0, 0, 0, -1, 3, -1, 0, 0, 0, 0, 0, 0],
  [0, 0, 0, 0, 0, 0, 1, 0, -1, 0, 0, -3, 0, 3, 0, 0, 1, 0, -1, 0, 0, 0, 0, 0, 0],
  [0, 0, 0, 0, 0, 0, 1, 2, 1, 0, 0, 0, 0, 0, 0, 0, -1, -2, -1, 0, 0, 0, 0, 0, 0],
];

/** The same when some AC coefficient is known: five estimates, DC is unchanged. */
const KERNELS_WITH_AC: readonly (readonly number[] | undefined)[] = [
  undefined,
  [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -7, 50, 0, -50, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
  [0, 0, -7, 0, 0, 0, 0, 50, 0, 0, 0, 0, 0, 0, 0, 0, 0, -50, 0, 0, 0, 0, 7, 0, 0],
  [0, 0, -1, 0, 0, 0, 0, 13, 0, 0, 0, 0, -24, 0, 0, 0, 0, 13, 0, 0, 0, 0, -1, 0, 0],
  [0, -1, 0, 1, 0, -1, 10, 0, -10, 1, 0, 0, 0, 0, 0, 1, -10, 0, 10, -1, 0, 1, 0, -1, 0],
  [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, 13, -24, 13, -1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
];

/** What a smoother works on. */
export interface SmoothingSource {
  readonly component: Component;
  /** Rows of MCUs in the image. */
  readonly mcusDown: number;
  /** All of the component's coefficients, and which are not zero (`noteNonzero`). */
  readonly coefficients: Int16Array;
  readonly nonzero: Int32Array;
  readonly quantizer: Int16Array;
  readonly known: KnownBits;
  /** The last row of MCUs that is complete in the final scan. */
  readonly lastGoodRow: number;
}

/**
 * Makes the block at a row and column, in row order, into `into`. Returns the zigzag position after which its coefficients
 * are zero.
 */
export type Smoother = (row: number, column: number, into: Int16Array) => number;

/** An estimate of one coefficient: its zigzag and row position, its weights, and the bits that are unknown. */
interface Estimate {
  readonly k: number;
  readonly at: number;
  readonly kernel: Int32Array;
  /** Largest absolute value, where some bits are known. */
  readonly limit: number;
}

/**
 * The blocks of a progressive image whose scans are incomplete, with their unknown low coefficients estimated from the DC
 * values of the blocks around them: libjpeg-turbo 3's `decompress_smooth_data` (T.81 K.8, over 5×5 blocks).
 */
export function createSmoother(source: SmoothingSource): Smoother {
  const { component, coefficients, nonzero, quantizer, known, lastGoodRow } = source;
  const { v, blockStride, blocksAcross } = component;
  const complete = estimatesOf(known.current);
  const cut = estimatesOf(known.previous);
  const dcs = new Int32Array(25);
  const columns = new Int32Array(blocksAcross);
  const dcDivisor = quantizer[0]! & 0xffff;
  let rows: readonly number[] = [];
  let rowsOf = -1;
  return (row, column, into) => {
    if (row !== rowsOf) {
      rows = rowsAround(source, row).map((y) => y * blockStride);
      rowsOf = row;
      noteColumns(columns, { coefficients, rows });
    }
    const block = row * blockStride + column;
    let end = lastNonzero(nonzero, block);
    if (end === 0) {
      into.fill(0);
      into[0] = coefficients[block * BLOCK_SIZE]!;
    } else {
      into.set(coefficients.subarray(block * BLOCK_SIZE, (block + 1) * BLOCK_SIZE));
    }
    // Every estimate of a flat neighborhood is what is there.
    if (isFlat(columns, column)) return end;
    for (let i = 0; i < 25; i++) {
      const x = Math.min(Math.max(column + (i % 5) - 2, 0), blocksAcross - 1);
      dcs[i] = coefficients[(rows[(i / 5) | 0]! + x) * BLOCK_SIZE]!;
    }
    const estimates = Math.floor(row / v) > lastGoodRow ? cut : complete;
    for (const { k, at, kernel, limit } of estimates) {
      if (k > 0 && into[at] !== 0) continue;
      let sum = 0;
      for (let i = 0; i < 25; i++) sum += kernel[i]! * dcs[i]!;
      if (sum === 0 && k > 0) continue;
      const numerator = dcDivisor * sum;
      const divisor = quantizer[at]! & 0xffff;
      const size = Math.min(Math.floor((divisor * 128 + Math.abs(numerator)) / (divisor * 256)), limit);
      into[at] = numerator < 0 ? -size : size;
      if (size !== 0 && k > end) end = k;
    }
    return end;
  };
}

/** In place of a column's DC value where its blocks have several; no coefficient is as large. */
const SEVERAL = 1 << 30;

/** Notes the DC value that all blocks of a column have in five rows. */
function noteColumns(
  columns: Int32Array,
  { coefficients, rows }: { readonly coefficients: Int16Array; readonly rows: readonly number[] },
): void {
  for (let x = 0; x < columns.length; x++) {
    const first = coefficients[(rows[0]! + x) * BLOCK_SIZE]!;
    columns[x] = first;
    for (let i = 1; i < 5; i++) if (coefficients[(rows[i]! + x) * BLOCK_SIZE] !== first) columns[x] = SEVERAL;
  }
}

/** Whether the five columns around one have a single value. */
function isFlat(columns: Int32Array, column: number): boolean {
  const last = columns.length - 1;
  const value = columns[Math.min(Math.max(column - 2, 0), last)]!;
  if (value === SEVERAL) return false;
  for (let x = Math.max(column - 1, 0); x <= column + 2; x++) {
    if (columns[Math.min(x, last)] !== value) return false;
  }
  return true;
}

/** The coefficients that are estimated where `bits` of each are unknown, −1 for all. */
function estimatesOf(bits: Int8Array): readonly Estimate[] {
  const dcOnly = bits.subarray(1, SMOOTHED).every((unknown) => unknown === -1);
  return (dcOnly ? KERNELS_DC_ONLY : KERNELS_WITH_AC).flatMap((kernel, k) => {
    const unknown = k === 0 ? -1 : bits[k]!;
    if (kernel === undefined || unknown === 0) return [];
    const limit = unknown > 0 ? (1 << unknown) - 1 : Infinity;
    return { k, at: ZIGZAG[k]!, kernel: Int32Array.from(kernel), limit };
  });
}

/** The five rows of blocks around a row; beyond an edge, the nearest. */
function rowsAround({ component, mcusDown }: SmoothingSource, row: number): readonly number[] {
  const { v, blocksDown } = component;
  // libjpeg-turbo counts rows by the blocks in this row of MCUs, so the last row of MCUs, which may have fewer, differs:
  // if all rows are complete, the rows that only pad the last MCUs are included.
  const isLast = Math.floor(row / v) === mcusDown - 1;
  const rowsHere = isLast ? blocksDown - (mcusDown - 1) * v : v;
  const counted = Math.floor(row / v) * rowsHere + (row % v);
  const above = counted > 0 ? row - 1 : row;
  const below = counted < mcusDown * rowsHere - 1 ? row + 1 : row;
  return [counted > 1 ? row - 2 : above, above, row, below, counted < mcusDown * rowsHere - 2 ? row + 2 : below];
}
