import { expect, test } from "vitest";
import { alternativeDifferences } from "./alternative-differences.ts";
import { loadArchitecture, modelParameters } from "./architecture.ts";
import { graphDifferences } from "./graph-differences.ts";
import { buildModel } from "./build-model.ts";
import { identifyModel } from "./identify.ts";
import { lazyTensor, zeros } from "@samoyed/core";
import type { Graph } from "@samoyed/ir";

async function differences(name: string, numClasses = 5): Promise<readonly (readonly [string, string])[]> {
  const tensors = modelParameters(await loadArchitecture(name), { numClasses });
  const identified = await identifyModel(tensors);
  return [...alternativeDifferences(identified, identified.alternatives, { tensors, numClasses })];
}

test("an activation", async () => {
  expect(await differences("vit_huge_patch14_clip_378")).toEqual([
    ["vit_huge_patch14_clip_quickgelu_378", "activation GELU (32) / sigmoid (32)"],
  ]);
});

test("networks that compute the same differ in nothing", async () => {
  expect(await differences("beit_base_patch16_224")).toEqual([["beitv2_base_patch16_224", ""]]);
});

test("anti-aliasing is other strides, padding and pooling", async () => {
  const graphOf = async (name: string): Promise<Graph> => {
    const architecture = await loadArchitecture(name);
    const parameters = modelParameters(architecture, { numClasses: 5 });
    const tensors = new Map(
      [...parameters].map(([key, { dtype, shape }]) => [key, lazyTensor(key, zeros(dtype, shape))]),
    );
    return buildModel({ architecture, numClasses: 5, tensors });
  };
  const [plain, blur, average] = await Promise.all(["resnet18", "resnetblur18", "resnet18d"].map(graphOf));
  expect(graphDifferences(plain!, blur!)).toEqual([
    { setting: "padding", values: ["none", "before a layer, reflect (4)"] },
    { setting: "strides", values: ["none", "2 2, 1 1 (3)"] },
  ]);
  expect(graphDifferences(plain!, plain!)).toEqual([]);
  expect(graphDifferences(plain!, average!).map(({ setting }) => setting)).toContain("pooling");
});
