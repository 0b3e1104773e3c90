import { UnsupportedError } from "@samoyed/core";
import { describe, expect, it } from "vitest";
import { architectures, loadArchitecture } from "./architecture.ts";
import { findModel, listModels } from "./registry.ts";

describe("listModels", () => {
  it("lists every pretrained configuration of timm's resnet.py", async () => {
    expect((await listModels()).filter((model) => architectures().has(model.architectureName))).toHaveLength(169);
  });

  it("orders numbers as numbers", async () => {
    const names = (await listModels("resnet*.tv_in1k")).map(({ name }) => name);
    expect(names).toEqual([18, 34, 50, 101, 152].map((depth) => `resnet${depth}.tv_in1k`));
  });

  it("accepts a part of a name, in any case", async () => {
    expect((await listModels("FB_SSL")).map(({ name }) => name)).toEqual([
      "resnet18.fb_ssl_yfcc100m_ft_in1k",
      "resnet50.fb_ssl_yfcc100m_ft_in1k",
      "resnext50_32x4d.fb_ssl_yfcc100m_ft_in1k",
      "resnext101_32x4d.fb_ssl_yfcc100m_ft_in1k",
      "resnext101_32x8d.fb_ssl_yfcc100m_ft_in1k",
      "resnext101_32x16d.fb_ssl_yfcc100m_ft_in1k",
    ]);
  });

  it("accepts a glob, with all tags unless it names one", async () => {
    expect((await listModels("*_32x16d")).map(({ name }) => name)).toEqual([
      "resnext101_32x16d.fb_ssl_yfcc100m_ft_in1k",
      "resnext101_32x16d.fb_swsl_ig1b_ft_in1k",
      "resnext101_32x16d.fb_wsl_ig1b_ft_in1k",
    ]);
    expect(await listModels("resnet10t.*")).toHaveLength(1);
  });

  it("accepts former names", async () => {
    const names = (await listModels("ssl_resnext101_32x16d")).map(({ name }) => name);
    expect(names).toEqual(["resnext101_32x16d.fb_ssl_yfcc100m_ft_in1k"]);
  });

  it("finds nothing for nonsense", async () => {
    expect(await listModels("no such network")).toEqual([]);
  });
});

describe("findModel", () => {
  const SSL = "resnext101_32x16d.fb_ssl_yfcc100m_ft_in1k";

  it("has every field of the network that this project started with", async () => {
    expect(await findModel(SSL)).toMatchObject({
      name: SSL,
      aliases: ["ssl_resnext101_32x16d"],
      numClasses: 1000,
      license: "cc-by-nc-4.0",
      url: "https://dl.fbaipublicfiles.com/semiweaksupervision/model_files/semi_supervised_resnext101_32x16-15fffa57.pth",
      sha256Prefix: "15fffa57",
      huggingFace: `timm/${SSL}`,
      preprocess: {
        inputSize: [3, 224, 224],
        interpolation: "bilinear",
        cropPct: 0.875,
        cropMode: "center",
        mean: [0.485, 0.456, 0.406],
        std: [0.229, 0.224, 0.225],
      },
      architectureName: "resnext101_32x16d",
    });
    expect((await findModel(SSL)).testPreprocess).toBeUndefined();
  });

  // The twelve files of the semi-supervised and semi-weakly supervised networks, by their published hashes.
  it.each([
    ["ssl_resnet18", "d92f0530"],
    ["ssl_resnet50", "08389792"],
    ["ssl_resnext50_32x4d", "ddb3e555"],
    ["ssl_resnext101_32x4d", "dc43570a"],
    ["ssl_resnext101_32x8d", "2cfe2f8b"],
    ["ssl_resnext101_32x16d", "15fffa57"],
    ["swsl_resnet18", "118f1556"],
    ["swsl_resnet50", "16a12f1b"],
    ["swsl_resnext50_32x4d", "72679e44"],
    ["swsl_resnext101_32x4d", "3f87e46b"],
    ["swsl_resnext101_32x8d", "b4712904"],
    ["swsl_resnext101_32x16d", "f3559a9c"],
  ])("%s begins with %s", async (former, prefix) => {
    const model = await findModel(former);
    const [, learning, network] = /^(s.?sl)_(.*)$/.exec(former)!;
    expect(model.name).toBe(`${network}.fb_${learning}_${learning === "ssl" ? "yfcc100m" : "ig1b"}_ft_in1k`);
    expect(model).toMatchObject({ sha256Prefix: prefix, license: "cc-by-nc-4.0", huggingFace: `timm/${model.name}` });
    expect(model.url).toContain(
      `/semiweaksupervision/model_files/semi_${learning === "ssl" ? "" : "weakly_"}supervised_`,
    );
  });

  it("accepts an architecture without a tag, for timm's default tag", async () => {
    expect((await findModel("resnet50")).name).toBe("resnet50.a1_in1k");
    expect((await findModel("seresnext26tn_32x4d")).name).toBe("seresnext26t_32x4d.bt_in1k");
  });

  it("maps each former IG-WSL name to its own network", async () => {
    for (const width of [8, 16, 32, 48]) {
      expect(await findModel(`ig_resnext101_32x${width}d`)).toMatchObject({
        name: `resnext101_32x${width}d.fb_wsl_ig1b_ft_in1k`,
        architectureName: `resnext101_32x${width}d`,
      });
    }
  });

  it("has other sizes, classes, means and test sizes", async () => {
    expect(await findModel("seresnextaa201d_32x8d.sw_in12k")).toMatchObject({
      numClasses: 11821,
      preprocess: { inputSize: [3, 320, 320], cropPct: 0.95, interpolation: "bicubic" },
      testPreprocess: { inputSize: [3, 384, 384], cropPct: 1 },
      architectureName: "seresnextaa201d_32x8d",
    });
    expect((await findModel("test_resnet.r160_in1k")).preprocess).toMatchObject({
      mean: [0.5, 0.5, 0.5],
      std: [0.5, 0.5, 0.5],
    });
  });

  it("has no file for networks that were never published", async () => {
    const model = await findModel("resnet50t.untrained");
    expect(model.url).toBeUndefined();
    expect(model.sha256Prefix).toBeUndefined();
    expect(model.huggingFace).toBeUndefined();
  });

  it("names the nearest for a mistyped name", async () => {
    const attempt = findModel("resnext101_32x16");
    await expect(attempt).rejects.toBeInstanceOf(UnsupportedError);
    await expect(attempt).rejects.toMatchObject({
      message: `no model is named "resnext101_32x16"; ${(await listModels()).length} are known`,
      hint: "The nearest names are resnext101_32x16d, resnext101_32x4d, resnext101_32x8d.",
    });
  });

  it("says when timm has removed a network", async () => {
    for (const name of ["vit_base_patch32_224_sam", "vit_base_patch32_224.sam"]) {
      await expect(findModel(name)).rejects.toMatchObject({
        name: "UnsupportedError",
        message: `timm has removed "${name}"; its weights are published no longer`,
      });
    }
  });

  it("accepts timm's own spellings of its names on the hub, and no other owner's", async () => {
    for (const prefix of ["timm/", "hf-hub:timm/", "hf_hub:timm/"]) {
      expect((await findModel(`${prefix}${SSL}`)).name).toBe(SSL);
      expect((await listModels(`${prefix}${SSL}`)).map(({ name }) => name)).toEqual([SSL]);
    }
    expect((await findModel("hf-hub:naver-ai/rdnet_tiny.nv_in1k")).name).toBe("rdnet_tiny.nv_in1k");
    await expect(findModel(`hf-hub:somebody/${SSL}`)).rejects.toBeInstanceOf(UnsupportedError);
  });

  it("has what timm measured, and what the network costs", async () => {
    expect(await findModel(SSL)).toMatchObject({ accuracy: { top1: 81.856 }, parameters: 194_026_792 });
    // timm's documentation: 25.56 million parameters, 4.11 G multiply-adds.
    expect(await findModel("resnet50.a1_in1k")).toMatchObject({
      accuracy: { top1: 80.382, top5: 94.598 },
      parameters: 25_557_032,
      multiplyAdds: 4_089_184_256,
    });
    expect((await findModel("resnet50t.untrained")).accuracy).toBeUndefined();
  });

  it("knows networks of every module of timm", async () => {
    expect(await findModel("vit_base_patch16_224")).toMatchObject({
      name: "vit_base_patch16_224.augreg2_in21k_ft_in1k",
      license: "apache-2.0",
      huggingFace: "timm/vit_base_patch16_224.augreg2_in21k_ft_in1k",
      preprocess: { inputSize: [3, 224, 224], cropPct: 0.9, mean: [0.5, 0.5, 0.5], interpolation: "bicubic" },
    });
    expect(await findModel("swin_tiny_patch4_window7_224.ms_in1k")).toMatchObject({
      url: expect.stringMatching(/swin_tiny_patch4_window7_224\.pth$/u),
      renamed: true,
    });
    // The hub's repository of a network whose variant has another name.
    expect((await findModel("vit_base_patch32_clip_quickgelu_224.openai")).huggingFace).toBe(
      "timm/vit_base_patch32_clip_224.openai",
    );
    expect((await findModel("convnext_tiny_in22ft1k")).name).toBe("convnext_tiny.fb_in22k_ft_in1k");
    expect((await findModel("cpubone_nano")).license).toBe("unknown");
    expect(await findModel("davit_huge")).toMatchObject({ name: "davit_huge", aliases: [] });
  });

  it("has no name twice, and every former name leads to one network", async () => {
    const models = await listModels();
    const names = models.flatMap(({ name, aliases }) => [name, ...aliases]);
    expect(new Set(names).size).toBe(names.length);
  });
});

describe("loadArchitecture", () => {
  it("has an architecture for every checkpoint of the families", async () => {
    for (const [name, architecture] of architectures()) expect(await loadArchitecture(name)).toBe(architecture);
    expect(await loadArchitecture("resnetrs50")).toMatchObject({ seRatio: 0.25, replaceStemPool: true });
    expect(await loadArchitecture("seresnextaa201d_32x8d")).toMatchObject({
      aaLayer: "avg",
      attention: "se",
      stemWidth: 64,
      stemType: "deep",
    });
    for (const width of [8, 16, 32, 48]) {
      const { architectureName } = await findModel(`ig_resnext101_32x${width}d`);
      expect(await loadArchitecture(architectureName)).toMatchObject({ baseWidth: width, cardinality: 32 });
    }
  });

  it("refuses a name without an architecture", async () => {
    await expect(loadArchitecture("no_such_network")).rejects.toThrow(UnsupportedError);
  });
});
