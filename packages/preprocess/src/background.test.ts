// Alpha over a background, equal to Pillow's paste with a mask; and the bound on pixels.
import { UnsupportedError, UsageError } from "@samoyed/core";
import { describe, expect, test } from "vitest";

import { type ImageCase, readImages, sha256 } from "../test/cases.ts";
import { decodeImage } from "./decode.ts";
import { createTransform } from "./transform/transform.ts";

type BackgroundCase = readonly [...ImageCase, background: readonly number[]];

const recorded = readImages<BackgroundCase>("background");

describe("alpha over a background", () => {
  test.each(recorded.map((each, index) => [index, each] as const))("image %i", (_, { bytes, case: wanted }) => {
    const [title, , width, height, hash, background] = wanted;
    const image = decodeImage(bytes, { background });
    expect([title, image.width, image.height, sha256(image.data)]).toEqual([title, width, height, hash]);
  });

  test("pixels with alpha, and the transform", () => {
    const config = {
      inputSize: [3, 1, 2],
      resize: { mode: "none" },
      mean: [0, 0, 0],
      std: [1, 1, 1],
      dtype: "uint8",
      layout: "hwc",
      background: [200, 100, 0],
    } as const;
    const transform = createTransform(config);
    const rgba = { width: 2, height: 1, data: Uint8ClampedArray.of(10, 20, 30, 255, 10, 20, 30, 0) };
    expect([...transform(rgba).tensor.data]).toEqual([10, 20, 30, 200, 100, 0]);
    const la = { width: 2, height: 1, channels: 2, data: Uint8Array.of(10, 128, 10, 0) } as const;
    expect([...transform(la).tensor.data]).toEqual([105, 55, 5, 200, 100, 0]);
  });

  test("a background that is no color is refused", () => {
    expect(() => decodeImage(recorded[0]!.bytes, { background: [1, 2] })).toThrow(UsageError);
    expect(() => createTransform({ background: [1, 2, 256] })).toThrow("background has the color [1, 2, 256]");
  });
});

test("the bound on pixels can be lowered, not raised", () => {
  for (const name of ["jpeg", "png"]) {
    const { bytes, case: wanted } = readImages(name)[0]!;
    const pixels = wanted[2]! * wanted[3]!;
    expect(() => decodeImage(bytes, { maxPixels: pixels - 1 })).toThrow(UnsupportedError);
    expect(() => decodeImage(bytes, { maxPixels: pixels - 1 })).toThrow(`at most ${pixels - 1} pixels are decoded`);
    expect(() => createTransform({}, { maxPixels: pixels - 1 })(bytes)).toThrow(UnsupportedError);
    expect(sha256(decodeImage(bytes, { maxPixels: pixels }).data)).toBe(wanted[4]);
    expect(() => decodeImage(bytes, { maxPixels: Number.NaN })).toThrow(UnsupportedError);
  }
  const large = { width: 2 ** 14, height: 2 ** 14, data: new Uint8Array(3) };
  expect(() => createTransform({}, { maxPixels: 2 ** 40 })(large)).toThrow("at most 178956970 pixels");
});
