import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { editDistance, nearestNames } from "./nearest.ts";

describe("editDistance", () => {
  it.each([
    ["", "", 0],
    ["abc", "abc", 0],
    ["kitten", "sitting", 3],
    ["", "abc", 3],
  ])("%s to %s: %i", (a, b, expected) => {
    expect(editDistance(a, b)).toBe(expected);
  });

  it("is symmetric and at most the longer length", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (a, b) => {
        expect(editDistance(a, b)).toBe(editDistance(b, a));
        expect(editDistance(a, b)).toBeLessThanOrEqual(Math.max(a.length, b.length));
      }),
    );
  });
});

it("nearestNames orders by distance, and keeps the order of equals", () => {
  expect(nearestNames("abc", ["xyz", "abd", "abc", "abe"], { count: 3 })).toEqual(["abc", "abd", "abe"]);
});
