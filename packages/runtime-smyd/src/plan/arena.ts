import { MAX_MEMORY_BYTES } from "./limits.ts";
import type { Buffer } from "./places.ts";

/** Buffers begin at cache lines. */
const ALIGNMENT = 64;

/** Operations of one block: buffers of other blocks are not looked at. */
const BLOCK = 64;

/** Buffers by the blocks of operations in which they live. */
class Lifetimes {
  readonly #blocks: Buffer[][] = [];

  add(buffer: Buffer): void {
    for (const block of blocksOf(buffer)) (this.#blocks[block] ??= []).push(buffer);
  }

  /** The buffers that live at the same time as another one, in order of address. */
  overlapping({ first, last }: Buffer): readonly Buffer[] {
    const found = new Set<Buffer>();
    for (const block of blocksOf({ first, last })) {
      for (const other of this.#blocks[block] ?? []) {
        if (other.first <= last && first <= other.last) found.add(other);
      }
    }
    return [...found].sort((a, b) => a.address - b.address);
  }
}

function* blocksOf({ first, last }: Pick<Buffer, "first" | "last">): Generator<number> {
  for (let block = Math.floor(Math.max(0, first) / BLOCK); block <= Math.floor(last / BLOCK); block++) yield block;
}

/**
 * Gives every buffer an offset so that no two that live at the same time overlap: the largest first, each into the
 * smallest gap that takes it (greedy by size, as TensorFlow Lite's planner). Lifetimes are inclusive.
 *
 * @returns the bytes of the arena; addresses are set to `address` plus the offset.
 */
export function placeBuffers(buffers: readonly Buffer[], address: number): number {
  const order = buffers.toSorted((a, b) => b.byteLength - a.byteLength || a.first - b.first || a.last - b.last);
  const placed = new Lifetimes();
  let arenaBytes = 0;
  for (const buffer of order) {
    const offset = smallestGap(placed.overlapping(buffer), buffer.byteLength, address);
    buffer.address = address + offset;
    placed.add(buffer);
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
