import type { Dim } from "./types.ts";

/**
 * Arithmetic on sizes that may be symbolic.
 *
 * Windows (convolution, pooling) take a size `n` to `floor((n + a) / s)`. That family is closed under composition, so a
 * symbolic size is kept in the one form `floor((symbol + a) / s)`, written `H`, `H+1` or `floor((H+1)/2)`. Two branches
 * that shrink an image the same way therefore get the same name, whatever the operators: a strided 3 × 3 convolution and a
 * strided 1 × 1 one both give `floor((H+1)/2)`.
 */
interface FloorForm {
  readonly symbol: string;
  readonly add: number;
  readonly divide: number;
}

const DIVIDED = /^floor\((?:\((?<sum>.+[+-]\d+)\)|(?<bare>.+))\/(?<divide>\d+)\)$/;
const SUM = /^(?<symbol>.+)(?<add>[+-]\d+)$/;

function parse(dim: string): FloorForm {
  const divided = DIVIDED.exec(dim)?.groups;
  const inner = divided?.["sum"] ?? divided?.["bare"] ?? dim;
  const divide = divided === undefined ? 1 : Number(divided["divide"]);
  const sum = SUM.exec(inner)?.groups;
  if (sum === undefined) return { symbol: inner, add: 0, divide };
  return { symbol: sum["symbol"]!, add: Number(sum["add"]), divide };
}

function print({ symbol, add, divide }: FloorForm): string {
  const sum = add === 0 ? symbol : `${symbol}${add < 0 ? "" : "+"}${add}`;
  if (divide === 1) return sum;
  return add === 0 ? `floor(${sum}/${divide})` : `floor((${sum})/${divide})`;
}

/**
 * Computes `floor((dim + add) / divide) + plus`, exactly; `divide` is at least 1.
 *
 * Symbolic sizes use floor((floor((x + a) / s) + b) / t) = floor((x + a + b s) / (s t)), which holds for all integers.
 */
export function floorDivide(dim: Dim, options: { add: number; divide: number; plus: number }): Dim {
  const { add, divide, plus } = options;
  if (typeof dim === "number") return Math.floor((dim + add) / divide) + plus;
  const form = parse(dim);
  const result = {
    symbol: form.symbol,
    add: form.add + add * form.divide + plus * form.divide * divide,
    divide: form.divide * divide,
  };
  return print(result);
}

/** Multiplies sizes; `undefined` if the product has no name: only a single symbol times ones is again a symbol. */
export function multiplyDims(dims: readonly Dim[]): Dim | undefined {
  let product = 1;
  let symbol: string | undefined;
  let symbols = 0;
  for (const dim of dims) {
    if (typeof dim === "number") {
      product *= dim;
    } else {
      symbol = dim;
      symbols++;
    }
  }
  if (symbols === 0) return product;
  return symbols === 1 && product === 1 ? symbol : undefined;
}

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
