import type { PreprocessConfig } from "@samoyed/core";
import { describe, expect, test } from "vitest";
import { preprocessFromHub } from "../presets/hub.ts";
import { overrideConfig } from "./override.ts";

const CLIP = preprocessFromHub({
  image_processor_type: "CLIPImageProcessor",
  size: { shortest_edge: 256 },
  do_center_crop: true,
  crop_size: 224,
  resample: 3,
  image_mean: [0.5, 0.5, 0.5],
  image_std: [0.25, 0.25, 0.25],
});
const SAM = preprocessFromHub({
  size: { longest_edge: 1024 },
  do_pad: true,
  pad_size: { height: 1024, width: 1024 },
  image_mean: [0, 0, 0],
  image_std: [1, 1, 1],
});

test("nothing given, nothing changed", () => {
  for (const config of [CLIP, SAM]) expect(overrideConfig(config, {})).toEqual(config);
});

test("a complete configuration replaces all", () => {
  const { resize: _, cropRounding: __, ...timm } = { ...CLIP, cropPct: 0.9 };
  expect(overrideConfig({ ...SAM, channelOrder: "bgr" }, timm)).toEqual(timm);
});

describe("another size", () => {
  test.each([
    ["a side and a crop", CLIP, 384, { mode: "shortest", size: [438] }],
    ["a longer side with padding", SAM, 512, { mode: "longest", size: [512] }],
    ["both sides", { ...CLIP, resize: { mode: "exact", size: [224, 448] } }, 112, { mode: "exact", size: [112, 224] }],
    ["the input's own", { ...CLIP, resize: { mode: "fit" } }, 112, { mode: "fit" }],
    [
      "with a maximum",
      { ...CLIP, resize: { mode: "shortest", size: [224], maxSize: 448 } },
      112,
      { mode: "shortest", size: [112], maxSize: 224 },
    ],
  ] as const)("scales %s", (_, config, size, resize) => {
    const changed = overrideConfig(config as PreprocessConfig, { inputSize: [3, size, size] });
    expect(changed).toEqual({ ...config, inputSize: [3, size, size], resize });
  });

  test("does not scale a rule that is given too", () => {
    const given = { inputSize: [3, 96, 96], resize: { mode: "shortest", size: [100] } } as const;
    expect(overrideConfig(CLIP, given)).toMatchObject(given);
  });
});

test("a share or a mode of the crop replaces the resize and the padding", () => {
  for (const given of [{ cropPct: 0.9 }, { cropMode: "squash" }] as const) {
    const changed = overrideConfig(SAM, given);
    expect(changed).toMatchObject(given);
    expect(changed).not.toHaveProperty("resize");
    expect(changed).not.toHaveProperty("pad");
  }
});

describe("a mean or deviation", () => {
  const bytes = { ...CLIP, mean: [127.5, 127.5, 127.5], std: [63.75, 63.75, 63.75], valueRange: 255 } as const;

  test("of values in [0, 1] becomes one of bytes where the configuration is of bytes", () => {
    const changed = overrideConfig(bytes, { mean: [0, 1, 0.5] });
    expect(changed).toMatchObject({ mean: [0, 255, 127.5], std: [63.75, 63.75, 63.75], valueRange: 255 });
  });

  test("is taken as it is with a range of values, and the other one is converted to it", () => {
    const given = { mean: [103, 116, 123], valueRange: 255 } as const;
    expect(overrideConfig(CLIP, given)).toMatchObject({ ...given, std: [63.75, 63.75, 63.75] });
    expect(overrideConfig(bytes, { std: [1, 1, 1], valueRange: 1 })).toMatchObject({
      mean: [0.5, 0.5, 0.5],
      std: [1, 1, 1],
    });
  });
});
