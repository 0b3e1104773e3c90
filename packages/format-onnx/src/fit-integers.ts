import { lazyTensor } from "@samoyed/core";
import { type Attribute, int, ints, tensorAttribute } from "@samoyed/ir";
import { exactNumber, isExact } from "./scalar.ts";
import type { Wire } from "./wire.ts";

/** Integers of an attribute, exactly as in the file. */
type RawIntegers =
  | { readonly type: "int"; readonly value: bigint }
  | { readonly type: "ints"; readonly value: readonly bigint[] };

/** An attribute whose integers are exactly as in the file. */
export type RawAttribute = Exclude<Attribute, { readonly type: "int" | "ints" }> | RawIntegers;

/** Attributes that are positions on an axis and clamped to it: 2^63 - 1 means "to the end". */
const POSITIONS: ReadonlySet<string> = new Set(["Slice starts", "Slice ends", "Shape start", "Shape end"]);

const FARTHEST = BigInt(Number.MAX_SAFE_INTEGER);

/**
 * Converts integers of an attribute to numbers, and returns them with the attribute's name. Where a double cannot
 * represent one, its meaning is kept: a position that is clamped to its axis becomes the largest exact integer, which is
 * also beyond every axis, and the numbers of a `Constant` become its tensor `value`.
 *
 * @throws UnsupportedError for any other integer that a double cannot represent.
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
