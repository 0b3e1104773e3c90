import { parseSize, printProduct, printSize, type Product, sizeFactors, type SizeForm } from "./size-form.ts";
import type { FloorDivision, SizeMath } from "./size-math.ts";
import type { Dim } from "./types.ts";

/** Longest name of a computed size: a file could make products of products without end. */
const MAX_NAME_LENGTH = 256;

/** A computed size, unless its name is too long or its numbers are beyond exactness. */
function named(dim: Dim): Dim | undefined {
  if (typeof dim === "number") return Number.isSafeInteger(dim) ? dim : undefined;
  return dim.length <= MAX_NAME_LENGTH && !/\d{16}|e\+|Infinity|NaN/u.test(dim) ? dim : undefined;
}

/** Computes `floor((dim + add) / divide) + plus`, exactly; `divide` is at least 1. */
export function floorDivide(dim: Dim, options: FloorDivision): Dim {
  const { add, divide, plus } = options;
  if (typeof dim === "number") return Math.floor((dim + add) / divide) + plus;
  // A name that is not computed stays as it is.
  if (add === 0 && divide === 1 && plus === 0) return dim;
  const form = parseSize(dim);
  return printSize({
    product: form.product,
    add: form.add + add * form.divide + plus * form.divide * divide,
    divide: form.divide * divide,
  });
}

function multiplied(dims: readonly Dim[]): Product {
  const factors = dims.map(sizeFactors);
  return {
    coefficient: factors.reduce((product, { coefficient }) => product * coefficient, 1),
    factors: factors.flatMap((product) => product.factors),
  };
}

/** Multiplies sizes; `undefined` if the product has no name of a reasonable length. */
export function multiplyDims(dims: readonly Dim[]): Dim | undefined {
  const symbols = dims.filter((dim) => typeof dim === "string");
  const number = dims.reduce<number>((product, dim) => (typeof dim === "number" ? product * dim : product), 1);
  if (symbols.length === 0 || number === 0) return number;
  if (symbols.length === 1 && number === 1) return symbols[0];
  return number < 0 ? undefined : named(printProduct(multiplied(dims)));
}

/**
 * Divides a product of sizes by another, rounded down: equal factors cancel each other. What is left for the -1 of a
 * Reshape is such a quotient.
 *
 * @returns `undefined` if a symbol of the divisors is left, or if they are 0.
 */
export function divideDims(dims: readonly Dim[], divisors: readonly Dim[]): Dim | undefined {
  const [over, under] = [multiplied(dims), multiplied(divisors)];
  const left = [...over.factors];
  for (const factor of under.factors) {
    const at = left.indexOf(factor);
    if (at < 0) return undefined;
    left.splice(at, 1);
  }
  if (under.coefficient === 0) return undefined;
  if (left.length === 0) return Math.floor(over.coefficient / under.coefficient);
  const rest = printProduct({ coefficient: over.coefficient, factors: left });
  return named(floorDivide(rest, { add: 0, divide: under.coefficient, plus: 0 }));
}

/** A size as a product and a number that is added. */
function asSum(dim: Dim): SizeForm {
  if (typeof dim === "number") return { product: { coefficient: 0, factors: [] }, add: dim, divide: 1 };
  const form = parseSize(dim);
  return form.divide === 1 ? form : { product: { coefficient: 1, factors: [dim] }, add: 0, divide: 1 };
}

/** Adds two sizes, the second times `sign`; `undefined` if different symbols meet, or if less than none is left of one. */
function combine(a: Dim, b: Dim, sign: 1 | -1): Dim | undefined {
  const [left, right] = [asSum(a), asSum(b)];
  const symbolic = [left, right].filter(({ product }) => product.coefficient !== 0);
  const [factors] = symbolic.map(({ product }) => product.factors);
  if (symbolic.some(({ product }) => product.factors.join("*") !== factors!.join("*"))) return undefined;
  const coefficient = left.product.coefficient + sign * right.product.coefficient;
  if (coefficient < 0) return undefined;
  const product = { coefficient, factors: coefficient === 0 ? [] : (factors ?? []) };
  return named(printSize({ product, add: left.add + sign * right.add, divide: 1 }));
}

/** Adds sizes; `undefined` if the sum has no name. */
export function addDims(dims: readonly Dim[]): Dim | undefined {
  return dims.reduce<Dim | undefined>((sum, dim) => (sum === undefined ? undefined : combine(sum, dim, 1)), 0);
}

/** Subtracts one size from another; `undefined` if the difference has no name. */
export function subtractDims(a: Dim, b: Dim): Dim | undefined {
  return combine(a, b, -1);
}

/** Whether a size is certainly not negative: what a value has is not, but a difference may be. */
function isCertainSize(dim: Dim): boolean {
  return typeof dim === "number" ? dim >= 0 : parseSize(dim).add >= 0 && !dim.includes("-");
}

/** Arithmetic of sizes some of which are symbols. */
export const SYMBOLIC_SIZES: SizeMath = {
  floorDivide,
  multiply: multiplyDims,
  divide: divideDims,
  add: addDims,
  subtract: subtractDims,
  isCertain: isCertainSize,
};
