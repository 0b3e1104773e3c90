import { describeJson, FormatError, jsonCount, type JsonValue, quote } from "@samoyed/core";

/** An object's entries. */
export type JsonObject = ReadonlyMap<string, JsonValue>;

/**
 * Reads an object that has all keys of `required` and no others except those of `optional`.
 *
 * @throws FormatError for everything else; `label` names it.
 */
export function jsonObject(
  value: JsonValue | undefined,
  label: string,
  { required, optional = [] }: { readonly required: readonly string[]; readonly optional?: readonly string[] },
): JsonObject {
  if (!(value instanceof Map)) throw new FormatError(`${label} is ${describeJson(value)}; expected an object`);
  for (const key of required) {
    if (!value.has(key)) throw new FormatError(`${label} has no ${quote(key)}`);
  }
  for (const key of value.keys()) {
    if (!required.includes(key) && !optional.includes(key)) {
      throw new FormatError(
        `${label} has the unknown key ${quote(key)}; expected ${[...required, ...optional].join(", ")}`,
      );
    }
  }
  return value;
}

/**
 * Reads an array of at most `limit` items.
 *
 * @throws FormatError for everything else.
 */
export function jsonArray(
  value: JsonValue | undefined,
  label: string,
  limit: number = Number.POSITIVE_INFINITY,
): readonly JsonValue[] {
  if (!Array.isArray(value)) throw new FormatError(`${label} is ${describeJson(value)}; expected an array`);
  if (value.length > limit) throw new FormatError(`${label} has ${value.length} items; expected at most ${limit}`);
  return value;
}

/**
 * Reads a string.
 *
 * @throws FormatError for everything else.
 */
export function jsonText(value: JsonValue | undefined, label: string): string {
  if (typeof value !== "string") throw new FormatError(`${label} is ${describeJson(value)}; expected a string`);
  return value;
}

/**
 * Reads a non-empty string.
 *
 * @throws FormatError for everything else.
 */
export function jsonName(value: JsonValue | undefined, label: string): string {
  const name = jsonText(value, label);
  if (name === "") throw new FormatError(`${label} is empty; expected a name`);
  return name;
}

/**
 * Reads one of the given strings.
 *
 * @throws FormatError for everything else.
 */
export function jsonChoice<T extends string>(value: JsonValue | undefined, label: string, choices: readonly T[]): T {
  const text = jsonText(value, label);
  const found = choices.find((choice) => choice === text);
  if (found === undefined) throw new FormatError(`${label} is ${quote(text)}; expected one of ${choices.join(", ")}`);
  return found;
}

/**
 * Reads an integer from `least` to `most`.
 *
 * @throws FormatError for everything else.
 */
export function jsonInteger(
  value: JsonValue | undefined,
  label: string,
  { least, most }: { readonly least: number; readonly most: number },
): number {
  const count = jsonCount(value, label);
  if (count < least || count > most) throw new FormatError(`${label} is ${count}; expected ${least} to ${most}`);
  return count;
}
