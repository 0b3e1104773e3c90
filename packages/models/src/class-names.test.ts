import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { classNames, classSet, imagenetNames } from "./class-names.ts";
import { listModels } from "./registry.ts";

describe("imagenetNames", () => {
  it("has the names of the golden data's asset, byte by byte", async () => {
    const assets = JSON.parse(await readFile(new URL("../../../golden/assets.json", import.meta.url), "utf8"));
    const text = (await imagenetNames()).join("\n");
    expect(createHash("sha256").update(text).digest("hex")).toBe(assets["imagenet_classes.txt"].sha256);
  });
});

describe("classNames", () => {
  it("has those of every checkpoint whose tag names ImageNet's thousand classes, and of no other with as many", async () => {
    const names = await imagenetNames();
    expect(names[258]).toBe("Samoyed");
    expect(await classNames({ name: "resnet50.a1_in1k", numClasses: 1000 })).toEqual(names);
    expect(await classNames({ name: "vgg11.tv_in1k", numClasses: 1000 })).toEqual(names);
    for (const name of ["resmlp_12_224.fb_dino", "resnet50t.untrained", "test_mambaout", "in1k_net"]) {
      expect(await classNames({ name, numClasses: 1000 })).toBeUndefined();
    }
  });

  // The first and last words, and those of the Samoyed, as timm's ImageNetInfo gives them.
  it.each([
    ["convnext_nano.r384_ad_in12k", 11_821, "benthos"],
    ["mixer_b16_224.miil_in21k", 11_221, "benthos"],
    ["swin_small_patch4_window7_224.ms_in22k", 21_841, "organism, being"],
    ["vit_tiny_patch16_224.augreg_in21k", 21_843, "organism, being"],
    ["focalnet_xlarge_fl3.ms_in22k", 21_842, "tench, Tinca tinca"],
  ])("has those of %s", async (name, numClasses, first) => {
    const names = (await classNames({ name, numClasses }))!;
    expect(names).toHaveLength(numClasses);
    expect(names[0]).toBe(first);
    expect(names.filter((label) => label.startsWith("Samoyed"))).toEqual(["Samoyed, Samoyede"]);
  });

  it("knows none of other numbers of classes", async () => {
    expect(await classNames({ name: "mvitv2_base_cls.fb_inw21k", numClasses: 19_168 })).toBeUndefined();
    expect(await classNames({ name: "resnet50.a1_in1k", numClasses: 0 })).toBeUndefined();
  });

  it("has those of all but a few published classifiers", async () => {
    const without = (await listModels())
      .filter(({ url, huggingFace }) => (url ?? huggingFace) !== undefined)
      .filter((model) => model.numClasses >= 1000 && classSet(model) === undefined)
      .map(({ name }) => name);
    expect(without.filter((name) => /in\w?\d+k/u.test(name))).toEqual([
      "mvitv2_base_cls.fb_inw21k",
      "mvitv2_huge_cls.fb_inw21k",
      "mvitv2_large_cls.fb_inw21k",
    ]);
  });
});
