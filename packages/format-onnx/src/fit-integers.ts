import { lazyTensor } from "@samoyed/core";
import { type Attribute, int, ints, tensorAttribute } from "@samoyed/ir";
import { exactNumber, isExact } from "./scalar.ts";
import type { Wire } from "./wire.ts";

/** Integers of an attribute, exactly as the file holds them. */
type RawIntegers =
  | { readonly type: "int"; readonly value: bigint }
  | { readonly type: "ints"; readonly value: readonly bigint[] };

/** An attribute whose integers are exactly as the file holds them. */
export type RawAttribute = Exclude<Attribute, { readonly type: "int" | "ints" }> | RawIntegers;

/** Attributes that are positions on an axis and clamped to it: 2^63 - 1 is "to the end". */
const POSITIONS: ReadonlySet<string> = new Set(["Slice starts", "Slice ends", "Shape start", "Shape end"]);

const FARTHEST = BigInt(Number.MAX_SAFE_INTEGER);

/**
 * Integers of an attribute as numbers, the attribute's name with them. Where a double does not hold one, its meaning is
 * kept: a position that is clamped to its axis becomes the farthest exact one, which is beyond every axis as well, and
 * the numbers of a `Constant` become its tensor `value`.
 *
 * @throws UnsupportedError for any other integer that a double does not hold.
 */
export function fitIntegers(
  wire: Wire,
  attribute: RawIntegers,
  { op, name, what }: { readonly op: string; readonly name: string; readonly what: string },
): readonly [name: string, attribute: Attribute] {
  const values = attribute.type === "int" ? [attribute.value] : attribute.value;
  const shape = attribute.type === "int" ? [] : [values.length];
  if (op === "Constant" && !values.every(isExact)) {
    const data = BigInt64Array.from(values);
    return ["value", tensorAttribute(lazyTensor(name, { dtype: "int64", shape, data }))];
  }
  const numbers = values.map((value) =>
    exactNumber(wire, POSITIONS.has(`${op} ${name}`) ? clampPosition(value) : value, what),
  );
  return [name, attribute.type === "int" ? int(numbers[0]!) : ints(numbers)];
}

function clampPosition(value: bigint): bigint {
  if (value > FARTHEST) return FARTHEST;
  return value < -FARTHEST ? -FARTHEST : value;
}
