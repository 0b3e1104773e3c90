import type { PreprocessConfig } from "@samoyed/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { checkConfig } from "./check-config.ts";
import { MAX_INPUT_SIDE } from "./max-input-side.ts";
import { isUsualConfig } from "./usual-config.ts";

const USUAL: PreprocessConfig = {
  inputSize: [3, 224, 224],
  interpolation: "bicubic",
  cropPct: 0.875,
  cropMode: "center",
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
};

test("the settings of most models", () => {
  expect(isUsualConfig(USUAL)).toBe(true);
  expect(isUsualConfig({ ...USUAL, exifOrientation: "apply", cropMode: "squash" })).toBe(true);
});

/** Values of each setting, of which some are wrong, and some are right but not usual. */
const odd: Readonly<Record<string, readonly unknown[]>> = {
  inputSize: [
    [3, 1, MAX_INPUT_SIDE],
    [3, 0, 8],
    [3, 8, MAX_INPUT_SIDE + 1],
    [1, 8, 8],
    [4, 8, 8],
    [3, 8.5, 8],
  ],
  interpolation: ["lanczos", "nearest", "cubic", "toString", 3],
  cropPct: [1, 0, -1, Number.NaN, Infinity],
  cropMode: ["squash", "border", "middle"],
  mean: [[0, 0, 0], [0], [0, 0, Number.NaN], [0, 0, Infinity]],
  std: [
    [1, 1, 1],
    [1, 1, 0],
    [1, 1],
    [1, 1, 1e-60],
    [1, 1, Number.NaN],
  ],
  exifOrientation: ["apply", "ignore", "turn"],
  resampler: ["torch"],
  dtype: ["float16"],
  background: [[1, 2, 3]],
};

test("settings that are usual are allowed, and those that are not allowed are not usual", () => {
  const changes = fc.record(
    Object.fromEntries(Object.entries(odd).map(([key, values]) => [key, fc.constantFrom(...values)])),
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(changes, (change) => {
      const config = { ...USUAL, ...change } as PreprocessConfig;
      if (isUsualConfig(config)) checkConfig(config);
    }),
    { numRuns: 3000 },
  );
});

test.each([
  [{ inputSize: [1, 8, 8], mean: [0], std: [1] }],
  [{ interpolation: "nearest" }],
  [{ cropPct: 0 }],
  [{ std: [1, 1, 1e-60] }],
  [{ resampler: "torch" }],
  [{ dtype: "float16" }],
  [{ resize: { mode: "fit" } }],
  [{ dtype: undefined }],
] as const)("%j is not usual", (change) => {
  expect(isUsualConfig({ ...USUAL, ...(change as Partial<PreprocessConfig>) })).toBe(false);
});
