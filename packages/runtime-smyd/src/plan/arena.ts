import { MAX_MEMORY_BYTES } from "./limits.ts";
import type { Buffer } from "./places.ts";

/** Buffers begin at cache lines. */
const ALIGNMENT = 64;

/**
 * Gives every buffer an offset so that no two that live at the same time overlap: the largest first, each into the
 * smallest gap that takes it (greedy by size, as TensorFlow Lite's planner). Lifetimes are inclusive.
 *
 * @returns the bytes of the arena; addresses are set to `address` plus the offset.
 */
export function placeBuffers(buffers: readonly Buffer[], address: number): number {
  const order = buffers.toSorted((a, b) => b.byteLength - a.byteLength || a.first - b.first || a.last - b.last);
  const placed: Buffer[] = [];
  let arenaBytes = 0;
  for (const buffer of order) {
    const others = placed.filter(({ first, last }) => first <= buffer.last && buffer.first <= last);
    const offset = smallestGap(others, buffer.byteLength, address);
    buffer.address = address + offset;
    // In order of address, so that gaps show.
    const next = placed.findIndex((other) => other.address > buffer.address);
    placed.splice(next < 0 ? placed.length : next, 0, buffer);
    arenaBytes = Math.max(arenaBytes, offset + buffer.byteLength);
  }
  return arenaBytes;
}

/** The offset of the smallest gap between buffers, ordered by address, that takes so many bytes; else of their end. */
function smallestGap(others: readonly Buffer[], byteLength: number, address: number): number {
  let best = -1;
  let bestBytes = MAX_MEMORY_BYTES;
  let end = 0;
  for (const other of others) {
    const offset = other.address - address;
    const gap = offset - end;
    if (gap >= byteLength && gap < bestBytes) {
      best = end;
      bestBytes = gap;
    }
    end = Math.max(end, alignUp(offset + other.byteLength));
  }
  return best >= 0 ? best : end;
}

/** The next multiple of a cache line. */
export function alignUp(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}
