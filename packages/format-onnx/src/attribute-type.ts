import type { Attribute } from "@samoyed/ir";

/** `AttributeProto.AttributeType` numbers of Samoyed's attribute types. */
export const ATTRIBUTE_TYPES: Readonly<Record<Attribute["type"], number>> = {
  float: 1,
  int: 2,
  string: 3,
  tensor: 4,
  floats: 6,
  ints: 7,
  strings: 8,
};

const NAMES: ReadonlyMap<number, Attribute["type"]> = new Map(
  Object.entries(ATTRIBUTE_TYPES).map(([name, number]) => [number, name as Attribute["type"]]),
);

/** Returns the attribute type of an ONNX number, or `undefined` if Samoyed does not handle it. */
export function attributeTypeOf(number: number): Attribute["type"] | undefined {
  return NAMES.get(number);
}
