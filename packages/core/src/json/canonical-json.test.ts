import fc from "fast-check";
import { expect, test } from "vitest";
import { parseCanonicalJson } from "./canonical-json.ts";
import { JsonNumber, MAX_DEPTH } from "./json-value.ts";
import { parseStrictJson } from "./strict-json.ts";

const nested = (depth: number): string => "[".repeat(depth) + "]".repeat(depth);

test("JSON as it is written is parsed as the strict parser parses it, spaces after it included", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.nat(9), (value, spaces) => {
      const text = JSON.stringify(value) + " ".repeat(spaces);
      const found = parseCanonicalJson(text);
      // Zero below zero is written as zero; keys that are numbers and halves of surrogate pairs are left to the other.
      if (found !== undefined) expect(found).toEqual(parseStrictJson(text, "x"));
      else expect(text).toMatch(/\\ud/);
    }),
  );
  const text = '{"a":[1,-2.5,1e+300,true,null,"é\\n\\"\\u0000"],"__proto__":{"constructor":[]}}';
  expect(parseCanonicalJson(new TextEncoder().encode(text))).toEqual(parseStrictJson(text, "x"));
  expect(parseCanonicalJson(text)).toBeInstanceOf(Map);
  expect(parseCanonicalJson("7")).toEqual(new JsonNumber("7"));
});

test("what it parses, the strict parser parses to the same", () => {
  // Texts of the characters that JSON has: few of them are JSON, fewer are canonical.
  const texts = fc.array(fc.constantFrom(...'{}[],:"\\01.5e-+ ntau', '"a":', "true", "\n"), { maxLength: 12 });
  fc.assert(
    fc.property(texts, (parts) => {
      const found = parseCanonicalJson(parts.join(""));
      if (found !== undefined) expect(found).toEqual(parseStrictJson(parts.join(""), "x"));
    }),
    { numRuns: 2000 },
  );
});

test.each([
  ["a key twice", '{"a":1,"a":2}'],
  ["a number that is rounded", "9007199254740993"],
  ["a number beyond doubles", "1e400"],
  ["a number written otherwise", "2.0"],
  ["zero below zero", "-0"],
  ["spaces inside", "[1, 2]"],
  ["another space after it", "[]\n"],
  ["text after it", "[] x"],
  ["an escape that is not needed", '"\\u0041"'],
  ["half of a surrogate pair", JSON.stringify("\ud800")],
  ["keys in another order", '{"b":0,"1":0}'],
  ["no JSON", "{"],
  ["nothing", ""],
  ["too many levels", nested(MAX_DEPTH + 2)],
  ["more levels than any stack has", nested(1_000_000)],
])("%s is left to the strict parser", (_, text) => {
  expect(parseCanonicalJson(text)).toBeUndefined();
});

test("as many levels as are allowed", () => {
  const text = nested(MAX_DEPTH + 1);
  expect(parseCanonicalJson(text)).toEqual(parseStrictJson(text, "x"));
});

test("bytes that are not UTF-8", () => {
  expect(parseCanonicalJson(Uint8Array.of(0x22, 0xff, 0x22))).toBeUndefined();
});
