/** The operations of symbolic sizes. */
export type SizeOperation = "add" | "mul" | "pow" | "floordiv" | "mod" | "ceildiv" | "max" | "min";

/** A size that depends on those of the inputs. Equal ones have equal `text`. */
export interface Symbolic {
  readonly op: "symbol" | SizeOperation;
  readonly args: readonly Size[];
  readonly text: string;
}

/** A size: a number, or an expression of symbols. */
export type Size = number | Symbolic;

/** A symbol. */
export function symbol(name: string): Symbolic {
  return { op: "symbol", args: [], text: name };
}

/** A size as text; equal sizes have equal texts. */
export function sizeText(size: Size): string {
  return typeof size === "number" ? String(size) : size.text;
}

/** Whether two sizes are written alike; two that are not may still be equal. */
export function sameSize(a: Size, b: Size): boolean {
  return sizeText(a) === sizeText(b);
}

/** Whether two shapes are written alike. */
export function sameSizes(a: readonly Size[], b: readonly Size[]): boolean {
  return a.length === b.length && a.every((size, axis) => sameSize(size, b[axis]!));
}

/** Whether every size is a number. */
export function areKnown(sizes: readonly Size[]): sizes is readonly number[] {
  return sizes.every((size) => typeof size === "number");
}

const FORMULAS: Readonly<Record<SizeOperation, (a: number, b: number) => number>> = {
  add: (a, b) => a + b,
  mul: (a, b) => a * b,
  pow: (a, b) => a ** b,
  floordiv: (a, b) => Math.floor(a / b),
  ceildiv: (a, b) => Math.ceil(a / b),
  mod: (a, b) => a - b * Math.floor(a / b),
  max: Math.max,
  min: Math.min,
};

const SIGNS: Readonly<Partial<Record<SizeOperation, string>>> = { add: "+", mul: "*" };

/**
 * Applies an operation; numbers are computed, sums and products flattened and sorted, so that equal sizes read alike.
 */
export function combine(op: SizeOperation, args: readonly Size[]): Size {
  const associative = op === "add" || op === "mul";
  const flat: readonly Size[] = args.flatMap((arg) =>
    associative && typeof arg !== "number" && arg.op === op ? arg.args : [arg],
  );
  if (areKnown(flat)) return flat.reduce((a: number, b: number) => FORMULAS[op](a, b));
  if (!associative) return { op, args: flat, text: `${op}(${flat.map(sizeText).join(", ")})` };
  const neutral = op === "add" ? 0 : 1;
  const constant = flat.reduce<number>((all, arg) => (typeof arg === "number" ? FORMULAS[op](all, arg) : all), neutral);
  const rest = flat.filter((arg) => typeof arg !== "number").sort((a, b) => (a.text < b.text ? -1 : 1));
  if (op === "mul" && constant === 0) return 0;
  const parts: readonly Size[] = constant === neutral ? rest : [constant, ...rest];
  if (parts.length === 1) return parts[0]!;
  const text = parts.map((part) => (typeof part !== "number" && part.op === "add" ? `(${part.text})` : sizeText(part)));
  return { op, args: parts, text: text.join(SIGNS[op]) };
}

/** The product of sizes. */
export function product(sizes: readonly Size[]): Size {
  return combine("mul", [1, ...sizes]);
}

/** Strides of a contiguous tensor, in elements. */
export function contiguousSizes(sizes: readonly Size[]): readonly Size[] {
  return sizes.map((_, axis) => product(sizes.slice(axis + 1)));
}

/** The symbols of a size. */
export function symbolsOf(size: Size): readonly string[] {
  if (typeof size === "number") return [];
  return size.op === "symbol" ? [size.text] : size.args.flatMap(symbolsOf);
}
