import type { PreprocessConfig } from "@samoyed/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

import type { Image, Size } from "../image.ts";
import { type Point, toImagePoint, toTensorPoint, type TransformGeometry } from "./geometry.ts";
import type { TransformResult } from "./prepare.ts";
import { createTransform } from "./transform.ts";

const NEAREST = { interpolation: "nearest", mean: [0, 0, 0], std: [1, 1, 1] } as const;

/** A black image with one white rectangle. */
function marked({ width, height }: Size, [left, top, right, bottom]: readonly [number, number, number, number]): Image {
  const data = new Uint8Array(3 * width * height);
  for (let y = top; y < bottom; y++) data.fill(255, 3 * (y * width + left), 3 * (y * width + right));
  return { width, height, data };
}

/** The center of brightness of the first channel, which is the center of the rectangle. */
function brightCenter({ tensor }: TransformResult): Point {
  const [, height = 0, width = 0] = tensor.shape;
  let [sum, x, y] = [0, 0, 0];
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const value = tensor.data[row * width + column]!;
      sum += value;
      x += value * (column + 0.5);
      y += value * (row + 0.5);
    }
  }
  return { x: x / sum, y: y / sum };
}

const center = ([left, top, right, bottom]: readonly [number, number, number, number]): Point => ({
  x: (left + right) / 2,
  y: (top + bottom) / 2,
});

describe("a rectangle of the image is in the tensor where the geometry says", () => {
  const cases: [string, Partial<PreprocessConfig>, Size][] = [
    ["center crop", { inputSize: [3, 64, 64], cropPct: 0.875 }, { width: 200, height: 150 }],
    ["center crop, higher than wide", { inputSize: [3, 64, 64], cropPct: 0.875 }, { width: 150, height: 231 }],
    ["center crop, not square", { inputSize: [3, 48, 96], cropPct: 0.9 }, { width: 320, height: 201 }],
    ["squash", { inputSize: [3, 64, 64], cropMode: "squash", cropPct: 1 }, { width: 200, height: 100 }],
    ["squash and crop", { inputSize: [3, 64, 48], cropMode: "squash", cropPct: 0.8 }, { width: 131, height: 240 }],
    ["border", { inputSize: [3, 64, 64], cropMode: "border", cropPct: 1 }, { width: 200, height: 100 }],
    ["border, not square", { inputSize: [3, 50, 80], cropMode: "border", cropPct: 1 }, { width: 111, height: 190 }],
    ["borders cut away", { inputSize: [3, 64, 64], cropPct: 1, cropBorderPixels: 11 }, { width: 190, height: 140 }],
    ["a small image, padded", { inputSize: [3, 65, 64], cropPct: 2 }, { width: 41, height: 30 }],
    ["a small image, enlarged", { inputSize: [3, 96, 96], cropPct: 1 }, { width: 31, height: 31 }],
  ];
  test.each(cases)("%s", (_, config, size) => {
    const { width, height } = size;
    // Off the center on both axes, by different amounts, and inside of every crop.
    const box = [
      Math.round(width * 0.45),
      Math.round(height * 0.3),
      Math.round(width * 0.62),
      Math.round(height * 0.4),
    ] as const;
    // Black is 0 in the tensor. A triangle filter keeps the center of brightness, except for its rounding to bytes.
    const result = createTransform({ ...NEAREST, ...config, interpolation: "bilinear" })(marked(size, box));
    const wanted = toTensorPoint(center(box), result.geometry);
    const found = brightCenter(result);
    expect([found.x, found.y]).toEqual([expect.closeTo(wanted.x, 1), expect.closeTo(wanted.y, 1)]);
    const back = toImagePoint(found, result.geometry);
    const { trim, resized } = result.geometry;
    // A tenth of a pixel of the input.
    expect(Math.abs(back.x - center(box).x)).toBeLessThan((0.1 * trim.width) / resized.width);
    expect(Math.abs(back.y - center(box).y)).toBeLessThan((0.1 * trim.height) / resized.height);
  });

  test("one pixel, exactly, where each pixel becomes one or a whole number of them", () => {
    for (const [inputSize, scale] of [
      [[3, 20, 24], 1],
      [[3, 60, 72], 3],
    ] as const) {
      const transform = createTransform({ ...NEAREST, inputSize, cropMode: "squash", cropPct: 1 });
      const result = transform(marked({ width: 24, height: 20 }, [5, 7, 6, 8]));
      expect(brightCenter(result)).toEqual({ x: 5.5 * scale, y: 7.5 * scale });
      expect(toTensorPoint({ x: 5.5, y: 7.5 }, result.geometry)).toEqual({ x: 5.5 * scale, y: 7.5 * scale });
    }
  });

  test("nearest reads exactly the pixel given by the geometry", () => {
    const size = { width: 97, height: 61 };
    const data = Uint8Array.from({ length: 3 * 97 * 61 }, (_, at) => {
      const pixel = Math.floor(at / 3);
      return at % 3 === 0 ? pixel % 97 : at % 3 === 1 ? Math.floor(pixel / 97) : 255;
    });
    const configs: Partial<PreprocessConfig>[] = [
      { inputSize: [3, 40, 40], cropPct: 0.8, cropBorderPixels: 3 },
      { inputSize: [3, 90, 33], cropMode: "squash", cropPct: 0.9 },
      { inputSize: [3, 70, 70], cropMode: "border", cropPct: 1 },
    ];
    for (const config of configs) {
      const { tensor, geometry } = createTransform({ ...NEAREST, ...config })({ ...size, data });
      const [, height = 0, width = 0] = tensor.shape;
      const plane = width * height;
      for (let row = 0; row < height; row++) {
        for (let column = 0; column < width; column++) {
          const at = row * width + column;
          // Padding has no blue.
          if (tensor.data[2 * plane + at] !== 1) continue;
          const { x, y } = toImagePoint({ x: column + 0.5, y: row + 0.5 }, geometry);
          const read = [tensor.data[at]! * 255, tensor.data[plane + at]! * 255].map(Math.round);
          expect([Math.floor(x + 1e-9), Math.floor(y + 1e-9)]).toEqual(read);
        }
      }
    }
  });
});

test("the geometry contains the sizes and offsets of each step", () => {
  const transform = createTransform({ inputSize: [3, 224, 224], interpolation: "bilinear", cropPct: 0.875 });
  const { geometry } = transform({ width: 1546, height: 1213, data: new Uint8Array(3 * 1546 * 1213) });
  expect(geometry).toEqual({
    image: { width: 1546, height: 1213 },
    trim: { x: 0, y: 0, width: 1546, height: 1213 },
    resized: { width: 326, height: 256 },
    crop: { x: 51, y: 16, width: 224, height: 224 },
    canvas: { x: 0, y: 0, width: 224, height: 224 },
  });
  expect(JSON.parse(JSON.stringify(geometry))).toEqual(geometry);
});

describe("any size and settings", () => {
  const side = fc.integer({ min: 1, max: 300 });
  const geometries: fc.Arbitrary<TransformGeometry> = fc
    .record({
      image: fc.record({ width: side, height: side }),
      inputSize: fc.tuple(fc.constant(3), fc.integer({ min: 4, max: 64 }), fc.integer({ min: 4, max: 64 })),
      cropMode: fc.constantFrom("center", "squash", "border"),
      cropPct: fc.double({ min: 0.3, max: 1, noNaN: true }),
      cropBorderPixels: fc.integer({ min: 0, max: 3 }),
    })
    .map(({ image, ...config }) => {
      const { width, height } = image;
      try {
        return createTransform({ ...config, interpolation: "nearest" })({
          ...image,
          data: new Uint8Array(3 * width * height),
        }).geometry;
      } catch {
        // Borders left nothing, or a side shrank to nothing.
        return undefined;
      }
    })
    .filter((geometry) => geometry !== undefined);
  const coordinate = fc.double({ min: -1000, max: 1000, noNaN: true });

  test("a point is mapped there and back to itself", () => {
    fc.assert(
      fc.property(geometries, fc.record({ x: coordinate, y: coordinate }), (geometry, point) => {
        for (const there of [toImagePoint, toTensorPoint]) {
          const back = there === toImagePoint ? toTensorPoint : toImagePoint;
          const result = back(there(point, geometry), geometry);
          expect([result.x, result.y]).toEqual([expect.closeTo(point.x, 6), expect.closeTo(point.y, 6)]);
        }
      }),
    );
  });

  test("the kept part of the input is within the image, and its corners are the crop's", () => {
    fc.assert(
      fc.property(geometries, (geometry) => {
        const { image, trim, resized, crop, canvas } = geometry;
        const first = toImagePoint(canvas, geometry);
        const last = toImagePoint({ x: canvas.x + crop.width, y: canvas.y + crop.height }, geometry);
        expect(first.x).toBeCloseTo(trim.x + (crop.x * trim.width) / resized.width, 9);
        expect(first.y).toBeCloseTo(trim.y + (crop.y * trim.height) / resized.height, 9);
        expect(Math.min(first.x, first.y)).toBeGreaterThanOrEqual(0);
        expect(last.x).toBeLessThanOrEqual(image.width + 1e-9);
        expect(last.y).toBeLessThanOrEqual(image.height + 1e-9);
      }),
    );
  });
});
