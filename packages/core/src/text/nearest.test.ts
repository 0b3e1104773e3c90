import { expect, test } from "vitest";
import { nearest, nearestNames } from "./nearest.ts";

test.each([
  ["convrt", "convert"],
  ["chekc", "check"],
  ["onnxruntime", undefined],
  ["xyz", undefined],
])("%s is matched to %s", (word, expected) => {
  expect(nearest(word, ["convert", "check", "run"])).toBe(expected);
});

test("nearestNames orders by distance, and keeps the order of equals", () => {
  expect(nearestNames("abc", ["xyz", "abd", "ABC", "abe"], { count: 3 })).toEqual(["ABC", "abd", "abe"]);
});
