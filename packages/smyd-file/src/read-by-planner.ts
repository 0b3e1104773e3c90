import type { SmydWeight } from "./types.ts";

/** Integers and booleans above this size are no list that an operator reads, and no table of indices. */
const MAX_INTEGER_BYTES: number = 1 << 22;

/** Scales of a Resize for up to eight axes, bounds, fills. */
const MAX_FLOAT_BYTES = 32;

/**
 * Whether a planner may read a constant's elements: lists of integers, tables of indices, and some floats. They have to
 * be in memory before a program is planned.
 */
export function isReadByPlanner({
  layout,
  storage,
  byteLength,
}: Pick<SmydWeight, "layout" | "storage" | "byteLength">): boolean {
  if (layout !== "plain") return false;
  return byteLength <= (storage === "float32" ? MAX_FLOAT_BYTES : MAX_INTEGER_BYTES);
}
