import { expect, test } from "vitest";
import { classLabels, classLogits, labelsFit } from "./one-logit.ts";

test("one logit becomes two classes, more stay as they are", () => {
  expect(classLogits(Float32Array.of(-1.5))).toEqual([0, -1.5]);
  const row = Float32Array.of(1, 2);
  expect(classLogits(row)).toBe(row);
});

test("the labels of one logit name both classes, or the positive one", () => {
  expect([[], ["a"], ["a", "b"], ["a", "b", "c"]].map((labels) => labelsFit(labels, 1))).toEqual([
    false,
    true,
    true,
    false,
  ]);
  expect([["a"], ["a", "b"], ["a", "b", "c"]].map((labels) => labelsFit(labels, 2))).toEqual([false, true, false]);
  expect(classLabels(["cat"], 1)).toEqual(["not cat", "cat"]);
  expect(classLabels(["cat", "dog"], 1)).toEqual(["cat", "dog"]);
  expect(classLabels(["cat", "dog"], 2)).toEqual(["cat", "dog"]);
});
