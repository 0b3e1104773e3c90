import { BLOCK_SIZE, ZIGZAG } from "./constants.ts";
import type { Component } from "./frame.ts";

/** Coefficients that smoothing may estimate: the first ten in zigzag order, DC included. */
const SMOOTHED = 10;

/**
 * How many low bits of each of a component's coefficients are still unknown after the scans so far: −1 all, 0 none. In
 * zigzag order. `previous` is the same before the component's last scan.
 */
export interface KnownBits {
  readonly current: Int8Array;
  readonly previous: Int8Array;
}

/** Creates the state in which nothing is known. */
export function createKnownBits(): KnownBits {
  return { current: new Int8Array(BLOCK_SIZE).fill(-1), previous: new Int8Array(BLOCK_SIZE).fill(-1) };
}

/**
 * Records that a scan reduces coefficients `start` to `end` to `low` unknown bits.
 *
 * @param first whether it is the file's first scan; libjpeg-turbo then treats everything before it as known.
 */
export function noteScan(
  known: KnownBits,
  { start, end, low }: { start: number; end: number; low: number },
  { first }: { first: boolean },
): void {
  if (first) known.previous.fill(0);
  else known.previous.set(known.current);
  known.current.fill(low, start, end + 1);
}

/** Ends the scans: after a single one, nothing was known before it. */
export function noteEnd(known: KnownBits, { scans }: { scans: number }): void {
  if (scans === 1) known.previous.fill(-1);
}

/**
 * Whether libjpeg-turbo would smooth this progressive image: its scans leave some of the first ten coefficients
 * inexact, and every component has a DC scan and divisors (`smoothing_ok` of jdcoefct.c).
 */
export function needsSmoothing(known: readonly KnownBits[], quantizers: readonly (Int16Array | undefined)[]): boolean {
  const ready = known.every(({ current }, index) => {
    const quantizer = quantizers[index];
    return (
      current[0]! >= 0 && quantizer !== undefined && !ZIGZAG.subarray(0, SMOOTHED).some((at) => quantizer[at] === 0)
    );
  });
  return ready && known.some(({ current }) => current.subarray(1, SMOOTHED).some((bits) => bits !== 0));
}

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

/** Input of `smoothedBlock`. */
export interface SmoothingSource {
  readonly component: Component;
  /** Rows of MCUs in the image. */
  readonly mcusDown: number;
  /** All of the component's coefficients. */
  readonly coefficients: Int16Array;
  readonly quantizer: Int16Array;
  readonly known: KnownBits;
  /** The last row of MCUs that is complete in the final scan. */
  readonly lastGoodRow: number;
}

/**
 * One block of a progressive image whose scans are incomplete, with its unknown low coefficients estimated from the DC
 * values of the blocks around it: libjpeg-turbo 3's `decompress_smooth_data` (T.81 K.8, over 5×5 blocks).
 *
 * The block, in row order, replaces the contents of `into`.
 */
export function smoothedBlock(source: SmoothingSource, row: number, column: number, into: Int16Array): void {
  const { component, coefficients, quantizer, known, lastGoodRow } = source;
  const offset = (row * component.blockStride + column) * BLOCK_SIZE;
  into.set(coefficients.subarray(offset, offset + BLOCK_SIZE));
  const bits = Math.floor(row / component.v) > lastGoodRow ? known.previous : known.current;
  const dcOnly = bits.subarray(1, SMOOTHED).every((unknown) => unknown === -1);
  const kernels = dcOnly ? KERNELS_DC_ONLY : KERNELS_WITH_AC;
  const dcs = surroundingDcs(source, row, column);
  for (let k = 0; k < kernels.length; k++) {
    const kernel = kernels[k];
    const at = ZIGZAG[k]!;
    const unknown = k === 0 ? -1 : bits[k]!;
    if (kernel === undefined || unknown === 0 || (k > 0 && into[at] !== 0)) continue;
    const sum = kernel.reduce((total, weight, i) => total + weight * dcs[i]!, 0);
    const numerator = (quantizer[0]! & 0xffff) * sum;
    const divisor = quantizer[at]! & 0xffff;
    const size = Math.floor((divisor * 128 + Math.abs(numerator)) / (divisor * 256));
    const estimate = unknown > 0 ? Math.min(size, (1 << unknown) - 1) : size;
    into[at] = numerator < 0 ? -estimate : estimate;
  }
}

/** The DC values of the 5×5 blocks around a block; beyond an edge, the nearest block's. */
function surroundingDcs({ component, mcusDown, coefficients }: SmoothingSource, row: number, column: number): number[] {
  const { v, blockStride, blocksAcross, blocksDown } = component;
  // libjpeg-turbo counts rows by the blocks in this row of MCUs, so the last row of MCUs, which may have fewer, differs:
  // if all rows are complete, the rows that only pad the last MCUs are included.
  const isLast = Math.floor(row / v) === mcusDown - 1;
  const rowsHere = isLast ? blocksDown - (mcusDown - 1) * v : v;
  const counted = Math.floor(row / v) * rowsHere + (row % v);
  const above = counted > 0 ? row - 1 : row;
  const below = counted < mcusDown * rowsHere - 1 ? row + 1 : row;
  const rows = [counted > 1 ? row - 2 : above, above, row, below, counted < mcusDown * rowsHere - 2 ? row + 2 : below];
  return rows.flatMap((y) =>
    [-2, -1, 0, 1, 2].map((step) => {
      const x = Math.min(Math.max(column + step, 0), blocksAcross - 1);
      return coefficients[(y * blockStride + x) * BLOCK_SIZE]!;
    }),
  );
}
