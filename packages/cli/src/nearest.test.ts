import { expect, test } from "vitest";
import { nearest } from "./nearest.ts";

test.each([
  ["convrt", "convert"],
  ["chekc", "check"],
  ["onnxruntime", undefined],
  ["xyz", undefined],
])("%s is taken for %s", (word, expected) => {
  expect(nearest(word, ["convert", "check", "run"])).toBe(expected);
});
