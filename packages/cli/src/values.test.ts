import { expect, test } from "vitest";
import { choice, list, one, positiveInteger } from "./values.ts";

test("a list takes commas and repetition", () => {
  expect(list({ taps: ["a,b", " c "] }, "taps")).toEqual(["a", "b", "c"]);
  expect(list({}, "taps")).toEqual([]);
});

test.each(["", " ", "a,,b", "a,"])("a list with nothing between its commas is refused: %j", (given) => {
  expect(() => list({ require: ["all", given] }, "require")).toThrow(
    `--require got ${JSON.stringify(given)}; expected names with commas between them`,
  );
});

test.each(["0", "-1", "1.5", "x", ""])("--top %s is refused", (value) => {
  expect(() => positiveInteger({ top: value }, "top")).toThrow(
    `--top got ${JSON.stringify(value)}; expected a whole number of 1 or more`,
  );
});

test("a choice is one of the listed words, the first by default", () => {
  expect(choice({}, "weights", ["float32", "float16"])).toBe("float32");
  expect(() => choice({ weights: "fp16" }, "weights", ["float32", "float16"])).toThrow(
    '--weights got "fp16"; expected one of float32, float16',
  );
});

test("exactly one argument", () => {
  expect(one(["a"], "FILE")).toBe("a");
  expect(() => one([], "FILE")).toThrow("got 0 arguments; expected one: FILE");
  expect(() => one(["a", "b"], "FILE")).toThrow("got 2 arguments; expected one: FILE");
});
