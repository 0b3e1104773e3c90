import type { Shape } from "@samoyed/core";
import { countElements } from "./limits.ts";

/** Whether a Gemm's C is one value for each column, which the kernel starts its sums with. */
export function isColumnBias(shape: Shape, columns: number): boolean {
  return shape.at(-1) === columns && countElements(shape, "a bias") === columns;
}
