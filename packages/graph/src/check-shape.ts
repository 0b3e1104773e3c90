import { formatShape, ShapeError } from "@samoyed/core";
import type { Dim } from "./ir.ts";

/** Most axes of a value: ONNX sets no limit, and no network comes near. */
export const MAX_RANK = 32;

/** Largest size of one axis: what a signed 32-bit index reaches, as runtimes use. */
export const MAX_DIM: number = 2 ** 31 - 1;

/**
 * Requires the sizes of a value to be sane: at most `MAX_RANK` axes, integers from 0 to `MAX_DIM`, a number of elements
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
