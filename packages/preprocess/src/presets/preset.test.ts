// Presets by name, equal to torchvision's `weights.transforms()`.
import { UsageError } from "@samoyed/core";
import { expect, test } from "vitest";

import { type PresetCase, rawPixels, readCases, sha256 } from "../../test/cases.ts";
import { createTransform } from "../transform/transform.ts";
import { preset, PRESET_NAMES } from "./preset.ts";

const recorded = readCases<PresetCase>("presets");

test("all of torchvision's weights for classification are known", () => {
  expect(recorded.length).toBeGreaterThan(200);
  const names = recorded.map(([, , , , name]) => `torchvision:${name}`);
  expect(PRESET_NAMES.filter((name) => name.startsWith("torchvision:"))).toEqual(names);
});

test.each(recorded.map((each) => [each[4], each] as const))(
  "torchvision:%s gives torchvision's tensor",
  (name, each) => {
    const [width, height, kind, seed, , hash] = each;
    const { tensor } = createTransform(preset(`torchvision:${name}`))(rawPixels(width, height, kind, seed));
    expect(sha256(tensor.data)).toBe(hash);
  },
);

test("an image of YOLO is fitted into its input, with gray around it", () => {
  const { tensor, geometry } = createTransform(preset("yolo"))({
    width: 4,
    height: 2,
    data: new Uint8Array(24).fill(51),
  });
  expect(geometry.canvas).toEqual({ x: 0, y: 160, width: 640, height: 640 });
  expect([tensor.data[0], tensor.data[320 * 640]]).toEqual([Math.fround(114 / 255), Math.fround(51 / 255)]);
});

test.each([
  ["torchvision:resnet50", "torchvision:ResNet50_Weights.DEFAULT"],
  ["ResNet50_Weights.IMAGENET1K_V2", "torchvision:ResNet50_Weights.IMAGENET1K_V2"],
  ["torchvision:ResNet50_Weights.IMAGENET1K_V9", "torchvision:ResNet50_Weights.IMAGENET1K_V1"],
  ["klip", "clip"],
  ["constructor", "There are clip, yolo and torchvision:WEIGHTS."],
])("%s has no preprocessing, and another name is offered", (name, near) => {
  const get = (): unknown => preset(name);
  expect(get).toThrow(UsageError);
  expect(get).toThrow(expect.objectContaining({ hint: expect.stringContaining(near) }));
});
