import fc from "fast-check";
import { expect, test } from "vitest";
import { editDistance } from "./edit-distance.ts";

test.each([
  ["", "", 0],
  ["abc", "abc", 0],
  ["kitten", "sitting", 3],
  ["", "abc", 3],
  ["chekc", "check", 1],
])("%s to %s: %i", (a, b, expected) => {
  expect(editDistance(a, b)).toBe(expected);
});

test("is symmetric and at most the longer length", () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (a, b) => {
      expect(editDistance(a, b)).toBe(editDistance(b, a));
      expect(editDistance(a, b)).toBeLessThanOrEqual(Math.max(a.length, b.length));
    }),
  );
});
