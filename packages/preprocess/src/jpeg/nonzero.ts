import { BLOCK_SIZE } from "./constants.ts";

/** Notes that a block's coefficient at a zigzag position is not zero. Positions past the block count as its last. */
export function noteNonzero(masks: Int32Array, block: number, position: number): void {
  const k = Math.min(position, BLOCK_SIZE - 1);
  masks[2 * block + (k >> 5)]! |= 1 << (k & 31);
}

/** The zigzag position after which all of a block's coefficients are zero. */
export function lastNonzero(masks: Int32Array, block: number): number {
  const high = masks[2 * block + 1]!;
  if (high !== 0) return 63 - Math.clz32(high);
  const low = masks[2 * block]!;
  return low === 0 ? 0 : 31 - Math.clz32(low);
}
