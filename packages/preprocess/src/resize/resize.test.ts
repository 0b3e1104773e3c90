import { ShapeError } from "@samoyed/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { rawPixels, readCases, type ResizeCase, sha256 } from "../../test/cases.ts";
import type { Interpolation } from "./filters.ts";
import { cropImage } from "./crop.ts";
import { RARE_RESIZE } from "./rare-resize.ts";
import { resizeInputWith } from "./resize-with.ts";
import { resize } from "./resize.ts";

const recorded = readCases<ResizeCase>("resize");
const FILTERS: readonly Interpolation[] = ["nearest", "box", "bilinear", "hamming", "bicubic", "lanczos"];

test("there are enough recorded cases, of every filter and in both orders of the passes", () => {
  expect(recorded.length).toBeGreaterThanOrEqual(300);
  for (const filter of FILTERS) expect(recorded.filter((each) => each[6] === filter).length).toBeGreaterThanOrEqual(50);
  const verticalFirst = recorded.filter(([w, h, , , toW, toH]) => toH < h && h - toH > 2 * (w - toW));
  expect(verticalFirst.length).toBeGreaterThanOrEqual(50);
  expect(recorded.filter(([w, h, , , toW, toH]) => toH < h && h - toH === 2 * (w - toW)).length).toBeGreaterThanOrEqual(
    10,
  );
});

test.each(recorded.map((each, index) => [index, each] as const))("case %i is equal to Pillow's", (_, each) => {
  const [width, height, kind, seed, toWidth, toHeight, interpolation, hash] = each;
  const resized = resize(rawPixels(width, height, kind, seed), { width: toWidth, height: toHeight, interpolation });
  expect([resized.width, resized.height, sha256(resized.data)]).toEqual([toWidth, toHeight, hash]);
});

const side = fc.integer({ min: 1, max: 60 });
const crops = fc.tuple(side, side, side, side, fc.constantFrom(...FILTERS), fc.nat(), fc.nat(), fc.nat(), fc.nat());

function arranged([width, height, toWidth, toHeight, interpolation, a, b, c, d]: [
  number,
  number,
  number,
  number,
  Interpolation,
  number,
  number,
  number,
  number,
]) {
  const x = a % toWidth;
  const y = b % toHeight;
  const crop = { x, y, width: 1 + (c % (toWidth - x)), height: 1 + (d % (toHeight - y)) };
  return {
    image: rawPixels(width, height, "noise", 5),
    options: { width: toWidth, height: toHeight, interpolation },
    crop,
  };
}

test("a crop equals that part of the whole result", () => {
  fc.assert(
    fc.property(crops, (numbers) => {
      const { image, options, crop } = arranged(numbers);
      expect(resize(image, { ...options, crop })).toEqual(cropImage(resize(image, options), crop));
    }),
    { numRuns: 600, seed: 5 },
  );
});

test("a crop reads no more of the image than it says", () => {
  fc.assert(
    fc.property(crops, (numbers) => {
      const { image, options, crop } = arranged(numbers);
      const box = resizeInputWith(image, { ...options, crop }, RARE_RESIZE);
      const elsewhere = {
        ...image,
        data: image.data.map((value, i) => {
          const x = Math.floor(i / 3) % image.width;
          const y = Math.floor(i / 3 / image.width);
          const inside = x >= box.x && x < box.x + box.width && y >= box.y && y < box.y + box.height;
          return inside ? value : 255 - value;
        }),
      };
      expect(resize(elsewhere, { ...options, crop })).toEqual(resize(image, { ...options, crop }));
    }),
    { numRuns: 600, seed: 6 },
  );
});

describe("edges", () => {
  const image = rawPixels(4, 3, "noise", 1);

  test("the same size gives the same image, whatever the filter", () => {
    for (const interpolation of FILTERS) expect(resize(image, { width: 4, height: 3, interpolation })).toBe(image);
  });

  test("a flat image stays flat under every filter", () => {
    const flat = { width: 9, height: 7, data: new Uint8Array(189).fill(200) };
    for (const interpolation of FILTERS) {
      for (const [width, height] of [
        [20, 3],
        [2, 30],
        [5, 5],
      ] as const) {
        expect(new Set(resize(flat, { width, height, interpolation }).data)).toEqual(new Set([200]));
      }
    }
  });

  test("invalid sizes, and crops outside, are refused", () => {
    for (const width of [0, -1, 1.5, Number.NaN, 2 ** 31]) {
      expect(() => resize(image, { width, height: 3, interpolation: "box" })).toThrow(ShapeError);
    }
    const options = { width: 5, height: 5, interpolation: "box" } as const;
    expect(() => resize(image, { ...options, crop: { x: 1, y: 0, width: 5, height: 5 } })).toThrow(/is not within 5×5/);
    expect(() => resize(image, { ...options, crop: { x: -1, y: 0, width: 2, height: 5 } })).toThrow(ShapeError);
    expect(() => resize(image, { ...options, crop: { x: 0, y: 0, width: 0, height: 5 } })).toThrow(ShapeError);
  });
});
