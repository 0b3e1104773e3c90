import { UnsupportedError } from "@samoyed/core";
import { type Attribute, int } from "@samoyed/ir";
import { isNonnegative, nonnegativeDividends } from "../program/nonnegative-dividends.ts";
import type { Size, Symbolic } from "../program/size.ts";

/** Source of a symbol's size. */
export interface SizeSource {
  readonly input: string;
  readonly axis: number;
  /** The symbol is the input's size divided by this. */
  readonly divide: number;
}

/** Parts of the graph being built that computing sizes needs. */
interface SizeEmitter {
  readonly symbols: ReadonlyMap<string, SizeSource>;
  one(op: string, inputs: readonly string[], attributes?: Readonly<Record<string, Attribute>>): string;
  ints(values: readonly number[]): string;
}

/** Sizes as one int64 vector, computed from the inputs' shapes. */
export function sizeVector(emitter: SizeEmitter, sizes: readonly Size[]): string {
  const parts = sizes.map((size) => oneSize(emitter, nonnegativeDividends(size)));
  return parts.length === 1 ? parts[0]! : emitter.one("Concat", parts, { axis: int(0) });
}

/** A size as an int64 vector of one element. */
function oneSize(emitter: SizeEmitter, size: Size): string {
  if (typeof size === "number") return emitter.ints([size]);
  return size.op === "symbol" ? symbolSize(emitter, size) : computedSize(emitter, size);
}

/**
 * The size that a symbol represents.
 *
 * @throws UnsupportedError when it depends on the data or on no input's shape.
 */
function symbolSize(emitter: SizeEmitter, { text }: Symbolic): string {
  const source = emitter.symbols.get(text);
  if (source === undefined) {
    throw new UnsupportedError(
      /^z?u\w?\d+$/.test(text)
        ? `the size ${text} depends on the data, not on the inputs' shapes`
        : `the size ${text} is not the size of an input`,
      { hint: "Data-dependent sizes (boolean masks, nonzero) have no place in a graph of fixed operators." },
    );
  }
  const { input, axis, divide } = source;
  const value = emitter.one("Shape", [input], { start: int(axis), end: int(axis + 1) });
  return divide === 1 ? value : emitter.one("Div", [value, emitter.ints([divide])]);
}

const OPERATORS: Readonly<Partial<Record<Symbolic["op"], string>>> = {
  add: "Add",
  mul: "Mul",
  mod: "Mod",
  max: "Max",
  min: "Min",
  pow: "Pow",
};

function computedSize(emitter: SizeEmitter, { op, args }: Symbolic): string {
  const values = args.map((arg) => oneSize(emitter, arg));
  if (op === "floordiv" || op === "ceildiv") {
    const [a, b] = values as [string, string];
    // The names of sizes follow this division, and not the longer one.
    if (op === "floordiv" && args.every(isNonnegative)) return emitter.one("Div", [a, b]);
    // ONNX divides toward zero: what is left is taken off first, so that the division is exact.
    const rest = emitter.one("Mod", [a, b]);
    const floor = emitter.one("Div", [emitter.one("Sub", [a, rest]), b]);
    if (op === "floordiv") return floor;
    const more = emitter.one("Min", [rest, emitter.ints([1])]);
    return emitter.one("Add", [floor, more]);
  }
  return values.reduce((a, b) => emitter.one(OPERATORS[op]!, [a, b]));
}
