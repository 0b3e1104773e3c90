import { findModel, listModels } from "@samoyed/models";
import { expect, test } from "vitest";
import { preprocessDifferences } from "./preprocess-differences.ts";

test("the settings in which published networks differ", async () => {
  const candidates = (await listModels("vit_tiny_patch16_224.*")).concat(await findModel("deit_tiny_patch16_224"));
  expect(preprocessDifferences(candidates)).toEqual([
    "Published networks with these tensors prepare images otherwise: mean 0.5 0.5 0.5 / 0.485 0.456 0.406; deviation 0.5 0.5 0.5 / 0.229 0.224 0.225.",
  ]);
  expect(preprocessDifferences(candidates.slice(0, 1))).toEqual([]);
});
