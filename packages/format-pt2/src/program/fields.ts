import { describeJson, FormatError, JsonNumber, type JsonValue } from "@samoyed/core";

/** A JSON object. */
export type JsonObject = ReadonlyMap<string, JsonValue>;

/**
 * A JSON value that must be an object.
 *
 * @throws FormatError when it is another value; `where` names it.
 */
export function asObject(value: JsonValue | undefined, where: string): JsonObject {
  if (value instanceof Map) return value;
  throw new FormatError(`${where} is ${describeJson(value)}; expected an object`);
}

/**
 * A JSON value that must be an array.
 *
 * @throws FormatError when it is another value; `where` names it.
 */
export function asArray(value: JsonValue | undefined, where: string): readonly JsonValue[] {
  if (Array.isArray(value)) return value;
  throw new FormatError(`${where} is ${describeJson(value)}; expected an array`);
}

/**
 * A JSON value that must be a string.
 *
 * @throws FormatError when it is another value; `where` names it.
 */
export function asString(value: JsonValue | undefined, where: string): string {
  if (typeof value === "string") return value;
  throw new FormatError(`${where} is ${describeJson(value)}; expected a string`);
}

/**
 * A JSON value that must be true or false.
 *
 * @throws FormatError when it is another value; `where` names it.
 */
export function asBoolean(value: JsonValue | undefined, where: string): boolean {
  if (typeof value === "boolean") return value;
  throw new FormatError(`${where} is ${describeJson(value)}; expected true or false`);
}

/**
 * An integer. One beyond 2^53, such as a slice's "to the end", is rounded to a double.
 *
 * @throws FormatError when it is another value; `where` names it.
 */
export function asInteger(value: JsonValue | undefined, where: string): number {
  if (value instanceof JsonNumber && /^-?\d+$/.test(value.text)) return Number(value.text);
  throw new FormatError(`${where} is ${describeJson(value)}; expected an integer`);
}

const SPELLED: ReadonlyMap<string, number> = new Map([
  ["Infinity", Number.POSITIVE_INFINITY],
  ["-Infinity", Number.NEGATIVE_INFINITY],
  ["NaN", Number.NaN],
]);

/**
 * A float64. Infinities and NaN are strings since PyTorch 2.7, and Python's own tokens before.
 *
 * @throws FormatError when it is another value; `where` names it.
 */
export function asFloat(value: JsonValue | undefined, where: string): number {
  const text = value instanceof JsonNumber ? value.text : value;
  const spelled = typeof text === "string" ? SPELLED.get(text) : undefined;
  if (spelled !== undefined) return spelled;
  if (value instanceof JsonNumber) return Number(value.text);
  throw new FormatError(`${where} is ${describeJson(value)}; expected a number`);
}

/**
 * The one key and the value of a union, as the schema writes alternatives.
 *
 * @throws FormatError when the object has not exactly one key.
 */
export function asUnion(value: JsonValue | undefined, where: string): readonly [string, JsonValue] {
  const object = asObject(value, where);
  const [entry] = object;
  if (entry === undefined || object.size !== 1) {
    throw new FormatError(`${where} has ${object.size} keys; expected exactly one, which tells its kind`);
  }
  return entry;
}
