import type { Dim } from "./types.ts";

/** Arithmetic of sizes, some of which may be symbols; `undefined` where a result has no name. */
export interface SizeMath {
  /** Computes `floor((dim + add) / divide) + plus`, exactly; `divide` is at least 1. */
  readonly floorDivide: (dim: Dim, options: FloorDivision) => Dim;
  readonly multiply: (dims: readonly Dim[]) => Dim | undefined;
  /** Divides a product of sizes by another, rounded down; `undefined` also where the divisor is 0. */
  readonly divide: (dims: readonly Dim[], divisors: readonly Dim[]) => Dim | undefined;
  readonly add: (dims: readonly Dim[]) => Dim | undefined;
  readonly subtract: (a: Dim, b: Dim) => Dim | undefined;
  /** Whether a size is certainly not negative: what a value has is not, but a difference may be. */
  readonly isCertain: (dim: Dim) => boolean;
}

/** The terms of `floor((dim + add) / divide) + plus`. */
export interface FloorDivision {
  readonly add: number;
  readonly divide: number;
  readonly plus: number;
}
