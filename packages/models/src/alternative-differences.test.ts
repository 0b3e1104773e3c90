import { expect, test } from "vitest";
import { alternativeDifferences } from "./alternative-differences.ts";
import { loadArchitecture, modelParameters } from "./architecture.ts";
import { architectureProfiles } from "./architecture-profile.ts";
import { buildModel } from "./build-model.ts";
import type { CataloguedArchitecture } from "./catalogue/catalogued-architecture.ts";
import { graphDifferences } from "./graph-differences.ts";
import { type GraphProfile, profileOf } from "./graph-profile.ts";
import { identifyModel } from "./identify.ts";
import { lazyTensor, zeros } from "@samoyed/core";

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
  const architecture = await loadArchitecture("beit_base_patch16_224");
  const state = { tensors: modelParameters(architecture, { numClasses: 5 }), numClasses: 5 };
  const copy = { name: "copy", architecture };
  expect([...alternativeDifferences(copy, [copy], state)]).toEqual([["copy", ""]]);
});

test("anti-aliasing is other strides, padding and pooling", async () => {
  const profile = async (name: string): Promise<GraphProfile> => {
    const architecture = await loadArchitecture(name);
    const parameters = modelParameters(architecture, { numClasses: 5 });
    const tensors = new Map(
      [...parameters].map(([key, { dtype, shape }]) => [key, lazyTensor(key, zeros(dtype, shape))]),
    );
    return profileOf(buildModel({ architecture, numClasses: 5, tensors }));
  };
  const [plain, blur, average] = await Promise.all(["resnet18", "resnetblur18", "resnet18d"].map(profile));
  expect(graphDifferences(plain!, blur!)).toEqual([
    { setting: "padding", values: ["none", "before a layer, reflect (4)"] },
    { setting: "strides", values: ["none", "2 2, 1 1 (3)"] },
  ]);
  expect(graphDifferences(plain!, plain!)).toEqual([]);
  expect(graphDifferences(plain!, average!).map(({ setting }) => setting)).toContain("pooling");
});

test.each(["vit_large_patch14_clip_quickgelu_336", "tf_efficientnet_b0"])(
  "the stored profiles of %s are its graphs'",
  async (name) => {
    const { file, ...architecture } = (await loadArchitecture(name)) as CataloguedArchitecture;
    const { profiles, ...graphAlone } = file;
    expect(profiles).toBeDefined();
    expect(architectureProfiles({ ...architecture, file: graphAlone })).toEqual(profiles);
  },
);

test("padding that depends on the size", async () => {
  const [, [name, text] = []] = await differences("tf_efficientnet_b0");
  expect(name).toBe("tf_efficientnet_b0");
  expect(text).toBe("padding 1 1 1 1 (3), 2 2 2 2 (2) / by the size (5); epsilon 0.00001 (49) / 0.001 (49)");
});
