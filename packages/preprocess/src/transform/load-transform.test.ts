import { IoError, type PreprocessConfig, type SamoyedError } from "@samoyed/core";
import { expect, test } from "vitest";

import { readImages } from "../../test/cases.ts";
import { loaded } from "../loaded.ts";
import { loadTransform } from "./load-transform.ts";
import { createTransform } from "./transform.ts";

const CONFIG: Partial<PreprocessConfig> = { inputSize: [3, 8, 8], background: [10, 20, 30] };

/** A result, or the error's message and advice. */
async function outcome(work: () => unknown): Promise<unknown> {
  try {
    return await work();
  } catch (error) {
    const { name, message, hint } = error as SamoyedError;
    return [name, message, hint];
  }
}

test.each(["jpeg", "jpeg-damaged", "png", "png-damaged", "bmp", "bmp-damaged", "oriented"])(
  "%s: the results and errors of createTransform",
  async (name) => {
    for (const exifOrientation of ["apply", "ignore"] as const) {
      const once = createTransform({ ...CONFIG, exifOrientation });
      const onDemand = await loadTransform({ ...CONFIG, exifOrientation });
      for (const { bytes, case: wanted } of readImages(name)) {
        expect(await outcome(() => onDemand(bytes)), wanted[0]).toEqual(await outcome(() => once(bytes)));
      }
    }
  },
);

test.each([
  { interpolation: "nearest" },
  { interpolation: "bicubic", resampler: "torch" },
  { interpolation: "bilinear", resampler: "torch-antialias" },
  { interpolation: "lanczos", resampler: "pillow" },
] as const)("resizing as %j", async (change) => {
  const { bytes } = readImages("bmp")[0]!;
  const config = { ...CONFIG, ...change };
  const transform = await loadTransform(config);
  expect(await transform(bytes)).toEqual(createTransform(config)(bytes));
});

test("pixels, files and what is no image", async () => {
  const once = createTransform(CONFIG);
  const onDemand = await loadTransform(CONFIG);
  const { bytes } = readImages("png")[0]!;
  const pixels = { width: 2, height: 1, channels: 4, data: new Uint8Array(8).fill(77) } as const;
  for (const image of [pixels, bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer]) {
    expect(await onDemand(image)).toEqual(once(image));
  }
  expect(await onDemand(new Blob([bytes.slice()]))).toEqual(once(bytes));
  const others = [
    new Uint8Array(0),
    new TextEncoder().encode("8BPS\0\x01"),
    new TextEncoder().encode("<!doctype html>"),
  ];
  for (const image of [{ ...pixels, channels: 5 }, "image.png", undefined, ...others]) {
    const wanted = await outcome(() => once(image as Uint8Array));
    expect(await outcome(() => onDemand(image as Uint8Array))).toEqual(wanted);
  }
});

test("a setting that is wrong is refused before any image comes", async () => {
  await expect(loadTransform({ inputSize: [2, 8, 8] })).rejects.toThrow(/input has 2 channels/);
});

test("a module that cannot be loaded is an error with its cause", async () => {
  const cause = new TypeError("Failed to fetch dynamically imported module");
  const error = await loaded(Promise.reject(cause)).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(IoError);
  expect(error).toMatchObject({ cause, hint: expect.stringContaining("files of the page's bundle") });
});
