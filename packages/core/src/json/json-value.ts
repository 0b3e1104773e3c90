import { FormatError } from "../errors.ts";
import { quote } from "../text/quote.ts";

/** Most levels of a document: file headers nest only a few deep, and parsers recurse. */
export const MAX_DEPTH = 64;

/** Most values of a document. A tensor's entry has about eight; an empty array takes two bytes of text and about thirty of memory. */
export const MAX_VALUES: number = 1 << 21;

/** A number as written, so that `2.0`, `1e3` and 2^53 + 1 are not mistaken for integers. */
export class JsonNumber {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** A JSON value; objects are Maps, so that any key is safe. */
export type JsonValue = null | boolean | string | JsonNumber | JsonValue[] | Map<string, JsonValue>;

/**
 * An integer from 0 to 2^53 - 1.
 *
 * @throws FormatError for everything else, `2.0` and `1e3` included; `label` names it.
 */
export function jsonCount(value: JsonValue | undefined, label: string): number {
  if (value instanceof JsonNumber && /^(0|[1-9]\d*)$/.test(value.text) && Number.isSafeInteger(Number(value.text))) {
    return Number(value.text);
  }
  throw new FormatError(`${label} is ${describeJson(value)}; expected an integer from 0 to 2^53 - 1`);
}

/** Describes a JSON value, for error messages. */
export function describeJson(value: JsonValue | undefined): string {
  if (value === undefined) return "missing";
  if (value instanceof JsonNumber) return value.text.length > 40 ? `${value.text.slice(0, 40)}…` : value.text;
  if (value instanceof Map) return "an object";
  if (Array.isArray(value)) return "an array";
  return typeof value === "string" ? quote(value) : String(value);
}
