import { expect, test } from "vitest";
import { loadArchitecture, modelParameters } from "./architecture.ts";
import { describeAlternatives } from "./describe-alternatives.ts";
import { identifyModel } from "./identify.ts";

async function described(name: string, numClasses = 5): Promise<readonly string[]> {
  const tensors = modelParameters(await loadArchitecture(name), { numClasses });
  const identified = await identifyModel(tensors);
  return describeAlternatives(identified, identified.alternatives, { tensors, numClasses });
}

test("anti-aliasing is other strides, padding and pooling", async () => {
  expect(await described("resnet50")).toEqual([
    "resnet50 / resnetblur50: padding none / before a layer, reflect (4); strides none / 2 2 (8), 1 1 (49). --model NAME decides.",
    "resnet50 / resnetaa50: strides 2 2 (7) / 1 1 (49); pooling MaxPool 3 3 / AveragePool 2 2 (4). --model NAME decides.",
  ]);
});

test("an activation", async () => {
  expect(await described("vit_huge_patch14_clip_378")).toEqual([
    "vit_huge_patch14_clip_378 / vit_huge_patch14_clip_quickgelu_378: activation GELU (32) / sigmoid (32). --model NAME decides.",
  ]);
});

test("networks that compute the same differ in nothing", async () => {
  expect(await described("vit_tiny_patch16_224")).toEqual([]);
});
