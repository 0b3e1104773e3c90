import { describeJson, FormatError, jsonCount, type JsonValue, quote } from "@samoyed/core";

/** An object's entries. */
export type JsonObject = ReadonlyMap<string, JsonValue>;

/**
 * An object that has all of `required` and nothing but these and `optional`.
 *
 * @throws FormatError for everything else; `what` names it.
 */
export function jsonObject(
  value: JsonValue | undefined,
  what: string,
  { required, optional = [] }: { readonly required: readonly string[]; readonly optional?: readonly string[] },
): JsonObject {
  if (!(value instanceof Map)) throw new FormatError(`${what} is ${describeJson(value)}; expected an object`);
  for (const key of required) {
    if (!value.has(key)) throw new FormatError(`${what} has no ${quote(key)}`);
  }
  for (const key of value.keys()) {
    if (!required.includes(key) && !optional.includes(key)) {
      throw new FormatError(
        `${what} has the unknown key ${quote(key)}; expected ${[...required, ...optional].join(", ")}`,
      );
    }
  }
  return value;
}

/**
 * An array of at most `limit` items.
 *
 * @throws FormatError for everything else.
 */
export function jsonArray(
  value: JsonValue | undefined,
  what: string,
  limit: number = Number.POSITIVE_INFINITY,
): readonly JsonValue[] {
  if (!Array.isArray(value)) throw new FormatError(`${what} is ${describeJson(value)}; expected an array`);
  if (value.length > limit) throw new FormatError(`${what} has ${value.length} items; expected at most ${limit}`);
  return value;
}

/**
 * A string.
 *
 * @throws FormatError for everything else.
 */
export function jsonText(value: JsonValue | undefined, what: string): string {
  if (typeof value !== "string") throw new FormatError(`${what} is ${describeJson(value)}; expected a string`);
  return value;
}

/**
 * A string that is not empty.
 *
 * @throws FormatError for everything else.
 */
export function jsonName(value: JsonValue | undefined, what: string): string {
  const name = jsonText(value, what);
  if (name === "") throw new FormatError(`${what} is empty; expected a name`);
  return name;
}

/**
 * One of the strings given.
 *
 * @throws FormatError for everything else.
 */
export function jsonChoice<T extends string>(value: JsonValue | undefined, what: string, choices: readonly T[]): T {
  const text = jsonText(value, what);
  const found = choices.find((choice) => choice === text);
  if (found === undefined) throw new FormatError(`${what} is ${quote(text)}; expected one of ${choices.join(", ")}`);
  return found;
}

/**
 * An integer from `least` to `most`.
 *
 * @throws FormatError for everything else.
 */
export function jsonInteger(
  value: JsonValue | undefined,
  what: string,
  { least, most }: { readonly least: number; readonly most: number },
): number {
  const count = jsonCount(value, what);
  if (count < least || count > most) throw new FormatError(`${what} is ${count}; expected ${least} to ${most}`);
  return count;
}
