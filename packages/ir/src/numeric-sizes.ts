import type { SizeMath } from "./size-math.ts";
import type { Dim } from "./types.ts";

function numberOf(dim: Dim): number {
  if (typeof dim === "number") return dim;
  throw new TypeError(`the size ${dim} is a symbol, where all sizes are numbers`);
}

function product(dims: readonly Dim[]): number {
  return dims.reduce<number>((all, dim) => all * numberOf(dim), 1);
}

function exact(size: number): number | undefined {
  return Number.isSafeInteger(size) ? size : undefined;
}

/**
 * Arithmetic where no size is a symbol, as in a runtime: it gives what `SYMBOLIC_SIZES` gives of numbers.
 *
 * @throws TypeError for a symbol.
 */
export const NUMERIC_SIZES: SizeMath = {
  floorDivide: (dim, { add, divide, plus }) => Math.floor((numberOf(dim) + add) / divide) + plus,
  multiply: product,
  divide(dims, divisors) {
    const by = product(divisors);
    return by === 0 ? undefined : Math.floor(product(dims) / by);
  },
  add: (dims) => exact(dims.reduce<number>((sum, dim) => sum + numberOf(dim), 0)),
  subtract: (a, b) => exact(numberOf(a) - numberOf(b)),
  isCertain: (dim) => numberOf(dim) >= 0,
};
