import { runInNewContext } from "node:vm";
import { FormatError, ShapeError, UnsupportedError, UsageError } from "@samoyed/core";
import { describe, expect, test } from "vitest";

import { rawPixels, readCases, readImages, sha256, type TransformCase } from "../../test/cases.ts";
import { decodeImage } from "../decode.ts";
import { resize } from "../resize/resize.ts";
import { createTransform, preprocessImage } from "./transform.ts";

const recorded = readCases<TransformCase>("transforms");

describe("equality with timm", () => {
  test("there are enough recorded cases, of every kind", () => {
    expect(recorded.length).toBeGreaterThanOrEqual(400);
    const configs = recorded.map((each) => each[4]);
    for (const cropMode of ["center", "squash", "border"]) {
      for (const interpolation of ["nearest", "box", "bilinear", "hamming", "bicubic", "lanczos"]) {
        expect(configs.some((c) => c.cropMode === cropMode && c.interpolation === interpolation)).toBe(true);
      }
    }
    expect(configs.some((c) => (c.cropBorderPixels ?? 0) > 0)).toBe(true);
    expect(configs.some((c) => (c.cropPct ?? 1) > 1)).toBe(true);
    expect(configs.some((c) => c.inputSize?.[1] !== c.inputSize?.[2])).toBe(true);
    expect(configs.some((c) => c.interpolation === undefined && c.cropPct === undefined)).toBe(true);
  });

  test.each(recorded.map((each, index) => [index, each] as const))("tensor %i is equal", (_, each) => {
    const [width, height, kind, seed, config, hash] = each;
    const transform = createTransform(config);
    const image = rawPixels(width, height, kind, seed);
    if (hash === null) {
      expect(() => transform(image)).toThrow(ShapeError);
      return;
    }
    const { tensor } = transform(image);
    expect([tensor.dtype, tensor.shape, sha256(tensor.data)]).toEqual(["float32", config.inputSize, hash]);
  });

  test("only the needed part of a file is decoded, and the tensor is the same", () => {
    const files = readImages("jpeg")
      .map((each) => each.bytes)
      .filter((_, i) => i % 3 === 0);
    for (const [index, bytes] of files.entries()) {
      const config = recorded[index % recorded.length]![4];
      const image = decodeImage(bytes);
      const { cropBorderPixels = 0 } = config;
      if (Math.min(image.width, image.height) <= 2 * cropBorderPixels) continue;
      const transform = createTransform(config);
      let wanted;
      try {
        wanted = transform(image);
      } catch (error) {
        expect(() => transform(bytes)).toThrow(String((error as Error).message));
        continue;
      }
      expect(transform(bytes), `image ${index}, ${JSON.stringify(config)}`).toEqual(wanted);
    }
  });
});

describe("input", () => {
  const config = { inputSize: [3, 8, 8], cropPct: 1 } as const;
  const transform = createTransform(config);
  const image = rawPixels(9, 8, "noise", 3);

  test("pixels of 1, 2 and 4 channels are converted as in Pillow", () => {
    const gray = Uint8Array.from({ length: 72 }, (_, i) => i * 3);
    const asRgb = { width: 9, height: 8, data: Uint8Array.from({ length: 216 }, (_, i) => gray[Math.floor(i / 3)]!) };
    const widened = (channels: number, from: Uint8Array, perPixel: number): Uint8Array =>
      Uint8Array.from({ length: 72 * channels }, (_, i) =>
        i % channels < perPixel ? from[Math.floor(i / channels) * perPixel + (i % channels)]! : 99,
      );
    const wanted = transform(asRgb);
    expect(transform({ width: 9, height: 8, channels: 1, data: gray })).toEqual(wanted);
    expect(transform({ width: 9, height: 8, channels: 2, data: widened(2, gray, 1) })).toEqual(wanted);
    const rgba = new Uint8ClampedArray(widened(4, image.data, 3));
    expect(transform({ width: 9, height: 8, channels: 4, data: rgba })).toEqual(transform(image));
    expect(transform({ width: 9, height: 8, channels: 3, data: image.data })).toEqual(transform(image));
  });

  test("pixels are not changed, and each tensor is new", () => {
    const before = image.data.slice();
    const first = transform(image);
    const second = transform(image);
    expect(image.data).toEqual(before);
    expect(first.tensor.data).not.toBe(second.tensor.data);
    expect(first).toEqual(second);
  });

  test("pixels that do not fit their size are refused", () => {
    expect(() => transform({ width: 9, height: 9, data: image.data })).toThrow(/9×9 are 216 bytes; expected 243/);
    expect(() => transform({ width: 0, height: 9, data: image.data })).toThrow(ShapeError);
    expect(() => transform({ width: 9, height: 8, channels: 5 as never, data: image.data })).toThrow(/channels is 5/);
    expect(() => transform({ width: 9, height: 8, channels: "3" as never, data: image.data })).toThrow(
      "channels is a String",
    );
    expect(() => transform({ width: 2 ** 16, height: 2 ** 16, data: image.data })).toThrow(UnsupportedError);
  });

  test.each([
    ["a Float32Array", new Float32Array(image.data)],
    ["a Uint16Array", new Uint16Array(image.data)],
    ["an Int8Array", new Int8Array(image.data)],
    ["an Array", [...image.data]],
  ])("pixels of type %s are refused, never read as bytes", (name, given) => {
    const data = given as never;
    for (const channels of [1, 3, 4] as const) {
      const read = (): unknown => transform({ width: 9, height: 24 / channels, channels, data });
      expect(read).toThrow(UsageError);
      expect(read).toThrow(`pixels: data is ${name}; expected a Uint8Array or Uint8ClampedArray`);
    }
    expect(() => transform({ width: 9, height: 8, data })).toThrow(`pixels: data is ${name}`);
    expect(() => resize({ width: 9, height: 8, data }, { width: 4, height: 4, interpolation: "nearest" })).toThrow(
      `pixels: data is ${name}`,
    );
  });

  test("a Buffer, and clamped bytes without channels, are taken", () => {
    const wanted = transform(image);
    expect(transform({ ...image, data: Buffer.from(image.data) })).toEqual(wanted);
    expect(transform({ ...image, channels: 3, data: new Uint8ClampedArray(image.data) })).toEqual(wanted);
  });

  test("a field that is missing is named, and never printed as undefined", () => {
    const whole = { width: 9, height: 8, channels: 3, data: image.data };
    for (const field of ["width", "height", "data"] as const) {
      const { [field]: _, ...part } = whole;
      const read = (): unknown => transform(part as never);
      expect(read).toThrow(UsageError);
      expect(read).toThrow(`pixels: ${field} is missing; expected a`);
    }
    expect(() => transform({ ...whole, width: "9" } as never)).toThrow("width is a String; expected a number");
    expect(() => transform({} as never)).toThrow("pixels: width is missing");
  });

  test("what is neither bytes nor pixels is refused by its type, with what to do", () => {
    for (const [given, message, hint] of [
      [null, "the image is null", "Uint8Array"],
      [undefined, "the image is missing", "Uint8Array"],
      ["dog.jpg", "the image is a String", "fetch"],
      [new URL("https://example.org/dog.jpg"), "the image is a URL", "Fetch it"],
      [new Response(), "the image is a Response", "arrayBuffer()"],
      [Promise.resolve(image), "the image is a Promise", "Await"],
      [new Blob(), "the image is a Blob", "readImage"],
      [[image.data], "the image is an Array", "Uint8Array"],
      [new Float32Array(9), "the image is a Float32Array", "Uint8Array"],
    ] as const) {
      for (const read of [transform, decodeImage]) {
        expect(() => read(given as never)).toThrow(
          expect.objectContaining({
            code: "usage",
            message: expect.stringContaining(`${message}; expected the bytes of an image file`),
            hint: expect.stringContaining(hint),
          }),
        );
      }
    }
  });

  test("a canvas's ImageData is RGBA, from any realm; other bytes than its size takes are refused", () => {
    const rgba = new Uint8ClampedArray(9 * 8 * 4).map((_, i) => (i % 4 === 3 ? 17 : image.data[i - (i >> 2)]!));
    const imageData = { width: 9, height: 8, colorSpace: "srgb", data: rgba } as const;
    expect(transform(imageData)).toEqual(transform(image));
    const foreign = runInNewContext("({ width: 9, height: 8, data: new Uint8ClampedArray(data) })", {
      data: [...rgba],
    });
    expect(transform(foreign as never)).toEqual(transform(image));
    expect(() => transform({ ...imageData, data: rgba.subarray(1) })).toThrow(
      "pixels of 9×8 are 287 bytes; expected 216 (RGB) or 288 (RGBA)",
    );
    expect(() => transform({ ...imageData, colorSpace: "display-p3" })).toThrow("colorSpace is");
  });

  test("a file's bytes may be a buffer, a view, or of another realm", () => {
    const { bytes } = readImages("png")[0]!;
    const wanted = transform(bytes);
    const whole = new Uint8Array([9, ...bytes, 9]);
    const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
    shared.set(bytes);
    const foreign: unknown = runInNewContext("new Uint8Array(bytes)", { bytes: [...bytes] });
    for (const given of [
      bytes.slice().buffer,
      new DataView(whole.buffer, 1, bytes.length),
      new Uint8ClampedArray(whole.buffer, 1, bytes.length),
      shared.buffer,
      foreign as Uint8Array,
    ]) {
      expect(transform(given)).toEqual(wanted);
      expect(decodeImage(given)).toEqual(decodeImage(bytes));
    }
  });

  test("bytes that are not an image are refused", () => {
    const whole = {
      ...config,
      interpolation: "bilinear",
      cropMode: "center",
      mean: [0, 0, 0],
      std: [1, 1, 1],
    } as const;
    expect(() => preprocessImage(Uint8Array.of(1, 2, 3), whole)).toThrow(FormatError);
  });

  test("an image that consists only of borders is refused", () => {
    expect(() => createTransform({ ...config, cropBorderPixels: 4 })(image)).toThrow(
      /nothing left without borders of 4/,
    );
  });

  test("an image that would shrink to nothing is refused", () => {
    const thin = rawPixels(200, 1, "noise", 1);
    expect(() => createTransform({ inputSize: [3, 8, 8], cropMode: "border" })(thin)).toThrow(/resized to 9×0/);
  });

  test("a crop percentage that leaves no size to resize to is refused, as in timm", () => {
    for (const cropMode of ["center", "squash", "border"] as const) {
      const none = createTransform({ inputSize: [3, 1, 9], cropPct: 1.1, cropMode });
      expect(() => none(image)).toThrow(ShapeError);
    }
  });

  test("a very thin image costs no more than its crop, however large it would become", () => {
    const thin = { width: 1, height: 6_000_000, data: new Uint8Array(18_000_000).fill(255) };
    const { tensor } = createTransform({ inputSize: [3, 8, 8], mean: [0, 0, 0], std: [1, 1, 1] })(thin);
    expect(new Set(tensor.data)).toEqual(new Set([1]));
  });
});

test.each<[string, object, typeof UsageError | typeof UnsupportedError, RegExp]>([
  ["an unknown filter", { interpolation: "random" }, UsageError, /interpolation is "random"; expected nearest, box/],
  ["an unknown crop mode", { cropMode: "middle" }, UsageError, /crop mode is "middle"/],
  ["a negative crop", { cropPct: -1 }, UsageError, /crop_pct is -1/],
  ["a size of 0", { inputSize: [3, 0, 5] }, UsageError, /input size is 0×5/],
  ["a size that is not an integer", { inputSize: [3, 5, 2.5] }, UsageError, /input size is 5×2.5/],
  ["a size far too large", { inputSize: [3, 99_999, 5] }, UsageError, /sides of 1 to 16384/],
  ["two channels", { inputSize: [2, 8, 8] }, UnsupportedError, /2 channels; expected 3, or 1 for gray/],
  ["three means for one channel", { inputSize: [1, 8, 8] }, UsageError, /expected 1, for the gray channel/],
  ["an unknown layout", { layout: "chwn" }, UsageError, /layout is "chwn"; expected chw or hwc/],
  ["an unknown order", { channelOrder: "gbr" }, UsageError, /channel order is "gbr"/],
  ["an unknown dtype", { dtype: "int8" }, UsageError, /dtype is "int8"/],
  ["a range that is neither", { valueRange: 2 }, UsageError, /value range is 2/],
  ["normalized bytes", { dtype: "uint8" }, UsageError, /uint8 pixels are not normalized/],
  ["an unknown rule", { resize: { mode: "long" } }, UsageError, /resize mode is "long"/],
  ["a rule without its size", { resize: { mode: "shortest" } }, UsageError, /has the size \[\]; expected 1 sides/],
  ["a rule of size 0", { resize: { mode: "exact", size: [0, 5] } }, UsageError, /the size \[0, 5\]; expected 0 or 2/],
  ["a maximum below", { resize: { mode: "shortest", size: [9], maxSize: 8 } }, UsageError, /the maximum 8/],
  ["an unknown position", { pad: { position: "left" } }, UsageError, /position is "left"/],
  ["padding of two kinds", { pad: { color: [1, 2, 3], value: 0 } }, UsageError, /a color and a value/],
  ["a color that is none", { pad: { color: [1, 2] } }, UsageError, /has the color \[1, 2\]/],
  [
    "padding beyond a byte",
    { dtype: "uint8", mean: [0, 0, 0], std: [1, 1, 1], pad: { value: 256 } },
    UsageError,
    /padding is 256/,
  ],
  ["borders below 0", { cropBorderPixels: -1 }, UsageError, /crop_border_pixels is -1/],
  ["too few means", { mean: [0.5] }, UsageError, /mean has 1 values/],
  ["too many deviations", { std: [1, 1, 1, 1] }, UsageError, /std 4/],
  ["a deviation of 0", { std: [1, 1e-60, 1] }, UsageError, /no std of 0/],
  ["a mean that is not a number", { mean: [0, Number.NaN, 0] }, UsageError, /expected numbers/],
])("%s is a usage error", (_, config, type, message) => {
  expect(() => createTransform(config)).toThrow(type);
  expect(() => createTransform(config)).toThrow(message);
});
