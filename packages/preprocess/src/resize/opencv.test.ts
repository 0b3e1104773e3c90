// Images resized as by OpenCV.
import { UsageError } from "@samoyed/core";
import { expect, test } from "vitest";

import { rawPixels, readCases, type ResizeCase, sha256 } from "../../test/cases.ts";
import { createTransform } from "../transform/transform.ts";
import { resize } from "./resize.ts";

const recorded = readCases<ResizeCase>("opencv");

test("there are enough recorded cases of every filter, and of halves and whole pixels", () => {
  for (const filter of ["nearest", "bilinear", "bicubic", "box"]) {
    expect(recorded.filter((each) => each[6] === filter).length).toBeGreaterThanOrEqual(80);
    const factors = (factor: number): boolean =>
      recorded.some((each) => each[6] === filter && each[0] === factor * each[4] && each[1] === factor * each[5]);
    expect([2, 3].map(factors)).toEqual([true, true]);
  }
});

test.each(recorded.map((each, index) => [index, each] as const))("image %i is equal", (_, each) => {
  const [w, h, kind, seed, width, height, interpolation, hash] = each;
  const options = { width, height, interpolation, resampler: "opencv" } as const;
  expect(sha256(resize(rawPixels(w, h, kind, seed), options).data)).toBe(hash);
});

test("a part of the result is that of the whole", () => {
  const image = rawPixels(40, 30, "noise", 7);
  const options = { width: 23, height: 17, interpolation: "bicubic", resampler: "opencv" } as const;
  const whole = resize(image, options);
  const part = resize(image, { ...options, crop: { x: 3, y: 5, width: 2, height: 1 } });
  expect([...part.data]).toEqual([...whole.data.subarray(3 * (5 * 23 + 3), 3 * (5 * 23 + 5))]);
});

test("other filters are refused", () => {
  const config = { interpolation: "lanczos", resampler: "opencv" } as const;
  expect(() => createTransform(config)).toThrow(UsageError);
  expect(() => createTransform(config)).toThrow("the resampler opencv has nearest, bilinear, bicubic and box");
});
