import { readText, requireWireType } from "./scalar.ts";
import { ENTRY } from "./schema.ts";
import type { Field, Wire } from "./wire.ts";

/**
 * Reads a `StringStringEntryProto` field: its key and value.
 *
 * @throws FormatError when it is not a message of two strings.
 */
export async function readEntry(
  wire: Wire,
  field: Field,
  what: string,
): Promise<readonly [key: string, value: string]> {
  requireWireType(wire, field, "delimited", what);
  let key = "";
  let value = "";
  for (const part of await wire.fields(field, what)) {
    if (part.number === ENTRY.key) key = await readText(wire, part, `a key of ${what}`);
    else if (part.number === ENTRY.value) value = await readText(wire, part, `a value of ${what}`);
  }
  return [key, value];
}
