// Settings that timm does not have, equal to what torchvision, Pillow and PyTorch give.
import { describe, expect, test } from "vitest";

import { rawPixels, readCases, type SettingsCase, sha256 } from "../../test/cases.ts";
import { createTransform } from "./transform.ts";

const recorded = readCases<SettingsCase>("settings");

describe("equality with torchvision and Pillow", () => {
  test("there are enough recorded cases, of every kind", () => {
    expect(recorded.length).toBeGreaterThanOrEqual(400);
    const configs = recorded.map((each) => each[4]);
    const has = (find: (config: (typeof configs)[number]) => boolean): void => expect(configs.some(find)).toBe(true);
    for (const mode of ["shortest", "longest", "fit", "exact", "none"]) {
      for (const resampler of [undefined, "torch-antialias", "torch"]) {
        has((each) => each.resize?.mode === mode && each.resampler === resampler);
      }
    }
    for (const position of ["center", "top-left", "top-right", "bottom-left", "bottom-right"]) {
      has((each) => each.pad?.position === position && each.pad.color !== undefined);
      has((each) => each.pad?.position === position && each.pad.value !== undefined);
    }
    for (const dtype of ["float32", "float16", "uint8"]) {
      for (const layout of ["chw", "hwc"]) has((each) => each.dtype === dtype && each.layout === layout);
    }
    has((each) => each.channelOrder === "bgr" && each.valueRange === 255);
    has((each) => each.inputSize?.[0] === 1 && each.resampler === "torch");
    has((each) => each.resize?.maxSize !== undefined);
    for (const rounding of ["floor", "floor-ceil"]) has((each) => each.cropRounding === rounding);
  });

  test.each(recorded.map((each, index) => [index, each] as const))("tensor %i is equal", (_, each) => {
    const [width, height, kind, seed, config, shape, hash] = each;
    const { tensor } = createTransform(config)(rawPixels(width, height, kind, seed));
    expect([tensor.dtype, tensor.shape, sha256(tensor.data)]).toEqual([config.dtype, shape, hash]);
  });
});
