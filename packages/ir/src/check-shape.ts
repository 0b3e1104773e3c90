import { formatShape, ShapeError } from "@samoyed/core";
import { MAX_DIM, MAX_RANK } from "./limits.ts";
import type { Dim } from "./types.ts";

/**
 * Requires the sizes of a value to be valid: at most `MAX_RANK` axes, integers from 0 to `MAX_DIM`, a number of elements
 * that is exact in a double.
 *
 * @throws ShapeError when they are not.
 */
export function checkShape(what: string, shape: readonly Dim[]): void {
  if (shape.length > MAX_RANK) throw new ShapeError(`${what} has ${shape.length} axes; expected at most ${MAX_RANK}`);
  for (const dim of shape) {
    if (typeof dim === "string" ? dim === "" : !(Number.isInteger(dim) && dim >= 0 && dim <= MAX_DIM)) {
      throw new ShapeError(
        `${what} has shape ${formatShape(shape)}; expected names or integers from 0 to ${MAX_DIM}, got ${JSON.stringify(dim)}`,
      );
    }
  }
  const known = shape.filter((dim) => typeof dim === "number");
  // Not the product itself: an axis of 0 must not hide that the others overflow.
  const product = known.reduce((count, size) => count * Math.max(1, size), 1);
  if (!Number.isSafeInteger(product)) {
    throw new ShapeError(`${what} has shape ${formatShape(shape)}, more than 2^53 elements`);
  }
}
