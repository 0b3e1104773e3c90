import { expect, it } from "vitest";
import { KnownModels } from "./checkpoints.ts";
import { TABLE } from "../test/published-table.ts";

it("reads a table: former names map to their checkpoint, those without a tag to the default", () => {
  const known = new KnownModels(TABLE);
  const [first, second, third, ...rest] = known.models;
  expect(first).toEqual({
    name: "wren.a",
    aliases: ["old_wren"],
    architectureName: "wren",
    numClasses: 10,
    preprocess: {
      inputSize: [3, 32, 32],
      cropPct: 0.9,
      interpolation: "bilinear",
      cropMode: "center",
      mean: [0.5, 0.5, 0.5],
      std: [0.25, 0.25, 0.25],
    },
    testPreprocess: {
      inputSize: [3, 64, 48],
      cropPct: 1,
      interpolation: "bicubic",
      cropMode: "squash",
      mean: [0, 0, 0],
      std: [1, 1, 1],
    },
    license: "mit",
    accuracy: { top1: 80.5, top5: 95.25 },
    url: "https://example.org/wren-0123abcd.pth",
    sha256Prefix: "0123abcd",
    renamed: true,
  });
  expect(second).toMatchObject({ name: "wren.b", aliases: ["b_wren"], numClasses: 12, huggingFace: "timm/wren.b" });
  expect(second).not.toHaveProperty("url");
  expect(second).not.toHaveProperty("testPreprocess");
  expect(third).toMatchObject({
    name: "robin",
    aliases: ["redbreast"],
    architectureName: "robin",
    huggingFace: "birds/robin",
  });
  expect(rest).toEqual([]);
  expect(known.modelsOf(["robin", "no such", "wren", "wren"])).toEqual(known.models);
  expect(known.modelsOf(["robin"])).toEqual([third]);
});
