import { formatShape, ShapeError, UnsupportedError } from "@samoyed/core";

/** Size of the largest 32-bit WebAssembly memory. */
export const MAX_MEMORY_BYTES: number = 2 ** 32;

/** Tables hold offsets within a value as i32, so a value, borders included, ends below this. */
export const MAX_VALUE_BYTES: number = 2 ** 31 - 1;

/**
 * Memory that the values of any network may take at once. Above it, they may take `MAX_ARENA_GROWTH` times the bytes of
 * inputs and weights.
 */
export const MAX_SMALL_ARENA_BYTES: number = 2 ** 28;

/**
 * The most bytes of values at once for each byte of inputs and weights, so that a file of a few kilobytes cannot take
 * all memory. Networks that enlarge an image 4 times in 64 channels take 700, classifiers from 0.1 to 50.
 */
export const MAX_ARENA_GROWTH: number = 2 ** 10;

/** All tables of a program: at 4096 × 4096 pixels a ResNet's take a fifth of this. */
export const MAX_TABLE_BYTES: number = 2 ** 29;

/** The search for places takes about a second for so many; a recurrent network step by step has 16,000, a ResNet 600. */
export const MAX_PLANNED_NODES = 20_000;

/** A step for each image of a batch that the graph fixes; far more than any network has. */
export const MAX_STEPS = 200_000;

/** The axes that a strided step loops over. */
export const MAX_PLANNED_RANK = 6;

/** Hint for a program that is too large. */
export const SMALLER = "Give a smaller image or a smaller batch.";

/**
 * Checks the memory that values take at once, before any of it is allocated.
 *
 * @param givenBytes - Those of inputs and weights.
 * @throws UnsupportedError when these do not explain it.
 */
export function requireArena(arenaBytes: number, givenBytes: number): void {
  const limit = Math.max(MAX_SMALL_ARENA_BYTES, MAX_ARENA_GROWTH * givenBytes);
  if (arenaBytes <= limit) return;
  throw new UnsupportedError(`values take ${arenaBytes} bytes; MAX_ARENA_GROWTH allows ${limit}`, {
    hint: "The model is damaged.",
  });
}

/**
 * The product of sizes.
 *
 * @throws ShapeError when a size is negative or no integer.
 * @throws UnsupportedError when so many float32 do not fit in a value.
 */
export function countElements(shape: readonly number[], what: string): number {
  let count = 1;
  for (const size of shape) {
    if (!Number.isSafeInteger(size) || size < 0) {
      throw new ShapeError(`${what} has shape ${formatShape(shape)}; expected sizes of 0 or more`);
    }
    // Checked at each factor: a zero that comes later must not hide an overflow.
    if (size > 0) count *= size;
    if (count * 4 > MAX_VALUE_BYTES) {
      throw new UnsupportedError(
        `${what} has shape ${formatShape(shape)}: over ${MAX_VALUE_BYTES} bytes, the most that a value may take`,
        { hint: SMALLER },
      );
    }
  }
  return shape.includes(0) ? 0 : count;
}
