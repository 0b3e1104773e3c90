import type { Attribute } from "@samoyed/ir";

/** `AttributeProto.AttributeType` of the attribute types that Samoyed has. */
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

/** The attribute type of an ONNX number, or `undefined` where Samoyed does not handle it. */
export function attributeTypeOf(number: number): Attribute["type"] | undefined {
  return NAMES.get(number);
}
