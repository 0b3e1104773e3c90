import { UsageError } from "@samoyed/core";
import { expect, test } from "vitest";

import { readCases } from "../../test/cases.ts";
import { type DataArgs, IMAGENET_MEAN, IMAGENET_STD, type PretrainedConfig, resolveDataConfig } from "./config.ts";

type ConfigCase = readonly [
  args: DataArgs,
  pretrainedCfg: PretrainedConfig,
  useTestSize: boolean,
  result: object | null,
];

const recorded = readCases<ConfigCase>("data-configs");

test("there are enough recorded cases", () => {
  expect(recorded.length).toBeGreaterThanOrEqual(100);
  expect(recorded.some((each) => each[3] === null)).toBe(true);
});

test.each(recorded.map((each, index) => [index, each] as const))("case %i is equal to timm's", (_, each) => {
  const [args, pretrainedCfg, useTestSize, result] = each;
  if (result === null) {
    expect(() => resolveDataConfig(args, { pretrainedCfg, useTestSize })).toThrow(UsageError);
  } else {
    expect(resolveDataConfig(args, { pretrainedCfg, useTestSize })).toEqual(result);
  }
});

test("without arguments, timm's defaults", () => {
  expect(resolveDataConfig({})).toEqual({
    inputSize: [3, 224, 224],
    interpolation: "bicubic",
    mean: IMAGENET_MEAN,
    std: IMAGENET_STD,
    cropPct: 0.875,
    cropMode: "center",
  });
});

test("settings that timm does not have are the checkpoint's, but for a rule that a size or crop replaces", () => {
  const pretrainedCfg = {
    resize: { mode: "shortest", size: [232] },
    channelOrder: "bgr",
    exifOrientation: "apply",
  } as const;
  expect(resolveDataConfig({}, { pretrainedCfg })).toMatchObject(pretrainedCfg);
  const replaced = resolveDataConfig({ cropPct: 1, exifOrientation: "ignore" }, { pretrainedCfg });
  expect(replaced).toMatchObject({ cropPct: 1, channelOrder: "bgr", exifOrientation: "ignore" });
  expect(replaced.resize).toBeUndefined();
  expect(resolveDataConfig({ imgSize: 448 }, { pretrainedCfg }).resize).toEqual(pretrainedCfg.resize);
  const sized = { ...pretrainedCfg, inputSize: [3, 224, 224] } as const;
  expect(resolveDataConfig({ imgSize: 448 }, { pretrainedCfg: sized }).resize).toEqual({
    mode: "shortest",
    size: [464],
  });
});
