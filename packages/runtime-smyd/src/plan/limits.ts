import { formatShape, ShapeError, UnsupportedError } from "@samoyed/core";

/** Size of the largest 32-bit WebAssembly memory. */
export const MAX_MEMORY_BYTES: number = 2 ** 32;

/** Tables hold offsets within a value as i32, so a value, borders included, ends below this. */
export const MAX_VALUE_BYTES: number = 2 ** 31 - 1;

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
