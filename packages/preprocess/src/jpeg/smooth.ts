import { BLOCK_SIZE, ZIGZAG } from "./constants.ts";

/** Coefficients that smoothing may estimate: the first ten in zigzag order, DC included. */
export const SMOOTHED = 10;

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
