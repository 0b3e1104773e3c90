import type { Dim } from "./types.ts";

/** Whether all sizes are known. */
export function isKnown(shape: readonly Dim[]): shape is readonly number[] {
  return shape.every((dim) => typeof dim === "number");
}

/** Whether two sizes are known and different. */
export function sizesDiffer(a: Dim | undefined, b: Dim | undefined): boolean {
  return typeof a === "number" && typeof b === "number" && a !== b;
}

/** Whether two shapes may be the same: equal wherever both sizes are numbers. */
export function compatibleShapes(a: readonly Dim[], b: readonly Dim[]): boolean {
  return a.length === b.length && !a.some((dim, axis) => sizesDiffer(dim, b[axis]));
}
