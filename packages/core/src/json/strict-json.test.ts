import fc from "fast-check";
import { expect, test } from "vitest";
import { FormatError } from "../errors.ts";
import { jsonCount, JsonNumber, type JsonValue } from "./json-value.ts";
import { parseStrictJson } from "./strict-json.ts";

const parse = (text: string): JsonValue => parseStrictJson(new TextEncoder().encode(text), "the index");

/** The result of JSON.parse. */
function plain(value: JsonValue): unknown {
  if (value instanceof JsonNumber) return Number(value.text);
  if (Array.isArray(value)) return value.map(plain);
  return value instanceof Map ? Object.fromEntries([...value].map(([key, item]) => [key, plain(item)])) : value;
}

test("agrees with JSON.parse on any valid JSON without duplicate keys", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(0, 2), (value, indent) => {
      const text = JSON.stringify(value, null, indent);
      if (/\\u(d[89a-f])/i.test(text) || text.includes("__proto__")) {
        return;
      }
      expect(plain(parse(text))).toEqual(JSON.parse(text));
    }),
    { numRuns: 500 },
  );
});

test("fails where JSON.parse fails", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'{}[]:,"\\ \t01.e-+truefalsn'), maxLength: 12 }), (text) => {
      let valid = true;
      try {
        JSON.parse(text);
      } catch {
        valid = false;
      }
      if (valid) {
        expect(() => parse(text)).not.toThrow(/expected|nested/);
      } else {
        expect(() => parse(text)).toThrow(FormatError);
      }
    }),
    { numRuns: 3000 },
  );
});

test("escapes", () => {
  expect(parse('"\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e4\\ud83d\\udc15"')).toBe('"\\/\b\f\n\r\tä\u{1f415}');
});

test("numbers keep their digits", () => {
  expect(parse("[9007199254740993, 2.0, 1E3]")).toEqual([
    new JsonNumber("9007199254740993"),
    new JsonNumber("2.0"),
    new JsonNumber("1E3"),
  ]);
  expect(jsonCount(parse("9007199254740991"), "it")).toBe(Number.MAX_SAFE_INTEGER);
});

test("keys are Map keys", () => {
  expect(parse('{"__proto__":{"constructor":1}}')).toEqual(
    new Map([["__proto__", new Map([["constructor", new JsonNumber("1")]])]]),
  );
});

test.each<[string, string, string]>([
  ["nothing", "", "the index is not valid JSON at character 0: expected a JSON value"],
  ["trailing text", "{} x", "the index is not valid JSON at character 3: unexpected text after the JSON value"],
  ["an extra comma", "[1,]", "the index is not valid JSON at character 3: expected a JSON value"],
  ["no comma", "[1 2]", "the index is not valid JSON at character 3: expected a comma or the end of the array"],
  [
    "no comma in an object",
    '{"a":1 "b"',
    "the index is not valid JSON at character 7: expected a comma or the end of the object",
  ],
  ["no colon", '{"a" 1}', "the index is not valid JSON at character 5: expected a colon"],
  ["no key", "{1:2}", "the index is not valid JSON at character 1: expected a key"],
  ["a leading zero", "01", "the index is not valid JSON at character 1: unexpected text after the JSON value"],
  ["an unterminated string", '"abc', "the index is not valid JSON at character 4: the string is not terminated"],
  [
    "a control character",
    '"a\nb"',
    "the index is not valid JSON at character 2: a string contains a control character",
  ],
  ["an unknown escape", '"\\x"', "the index is not valid JSON at character 1: unknown escape sequence"],
  ["a cut escape", '"\\u12"', "the index is not valid JSON at character 1: unknown escape sequence"],
  ["a word", "trve", "the index is not valid JSON at character 0: expected a JSON value"],
  [
    "half a surrogate pair",
    '"\\udc15\\ud83d"',
    "the index is not valid JSON at character 14: the string contains half of a surrogate pair",
  ],
  [
    "duplicate keys, one escaped",
    '{"a":1,"\\u0061":2}',
    'the index is not valid JSON at character 15: the key "a" appears twice',
  ],
  ["nesting", "[".repeat(100), "the index is not valid JSON at character 65: values are nested more than 64 deep"],
])("%s: a typed error", (_, text, message) => {
  expect(() => parse(text)).toThrow(new FormatError(message));
});

test("too many values: capped", () => {
  expect(() => parse(`[${"[],".repeat(1 << 21)}`)).toThrow(
    new FormatError("the index is not valid JSON at character 6291454: more than 2097152 values"),
  );
});

test("a name of 40 MB, in letters of two bytes", () => {
  expect(parse(`"${"重".repeat(1.4e7)}"`)).toHaveLength(1.4e7);
});

test("Python's tokens for infinities are numbers only with the option", () => {
  const text = "[NaN, -Infinity, Infinity, -1]";
  expect(() => parseStrictJson(text, "x")).toThrow("expected a JSON value");
  const numbers = parseStrictJson(text, "x", { constants: true }) as JsonNumber[];
  expect(numbers.map((number) => number.text)).toEqual(["NaN", "-Infinity", "Infinity", "-1"]);
});
