import { UnsupportedError } from "@samoyed/core";
import { describe, expect, it } from "vitest";
import { findModel, listModels } from "./registry.ts";

describe("listModels", () => {
  it("lists every pretrained configuration of timm's resnet.py", () => {
    expect(listModels().filter(({ architecture }) => architecture.family === "resnet")).toHaveLength(169);
  });

  it("orders numbers as numbers", () => {
    const names = listModels("tv_in1k").map(({ name }) => name);
    expect(names.slice(0, 3)).toEqual(["resnet18.tv_in1k", "resnet34.tv_in1k", "resnet50.tv_in1k"]);
  });

  it("accepts a part of a name, in any case", () => {
    expect(listModels("FB_SSL").map(({ name }) => name)).toEqual([
      "resnet18.fb_ssl_yfcc100m_ft_in1k",
      "resnet50.fb_ssl_yfcc100m_ft_in1k",
      "resnext50_32x4d.fb_ssl_yfcc100m_ft_in1k",
      "resnext101_32x4d.fb_ssl_yfcc100m_ft_in1k",
      "resnext101_32x8d.fb_ssl_yfcc100m_ft_in1k",
      "resnext101_32x16d.fb_ssl_yfcc100m_ft_in1k",
    ]);
  });

  it("accepts a glob, with all tags unless it names one", () => {
    expect(listModels("*_32x16d").map(({ name }) => name)).toEqual([
      "resnext101_32x16d.fb_ssl_yfcc100m_ft_in1k",
      "resnext101_32x16d.fb_swsl_ig1b_ft_in1k",
      "resnext101_32x16d.fb_wsl_ig1b_ft_in1k",
    ]);
    expect(listModels("resnet10t.*")).toHaveLength(1);
  });

  it("accepts former names", () => {
    const names = listModels("ssl_resnext101_32x16d").map(({ name }) => name);
    expect(names).toEqual(["resnext101_32x16d.fb_ssl_yfcc100m_ft_in1k"]);
  });

  it("finds nothing for nonsense", () => {
    expect(listModels("no such network")).toEqual([]);
  });
});

describe("findModel", () => {
  const SSL = "resnext101_32x16d.fb_ssl_yfcc100m_ft_in1k";

  it("has every field of the network that this project started with", () => {
    expect(findModel(SSL)).toMatchObject({
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
      architecture: { layers: [3, 4, 23, 3], cardinality: 32, baseWidth: 16 },
    });
    expect(findModel(SSL).testPreprocess).toBeUndefined();
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
  ])("%s begins with %s", (former, prefix) => {
    const model = findModel(former);
    const [, learning, network] = /^(s.?sl)_(.*)$/.exec(former)!;
    expect(model.name).toBe(`${network}.fb_${learning}_${learning === "ssl" ? "yfcc100m" : "ig1b"}_ft_in1k`);
    expect(model).toMatchObject({ sha256Prefix: prefix, license: "cc-by-nc-4.0", huggingFace: `timm/${model.name}` });
    expect(model.url).toContain(
      `/semiweaksupervision/model_files/semi_${learning === "ssl" ? "" : "weakly_"}supervised_`,
    );
  });

  it("accepts an architecture without a tag, for timm's default tag", () => {
    expect(findModel("resnet50").name).toBe("resnet50.a1_in1k");
    expect(findModel("seresnext26tn_32x4d").name).toBe("seresnext26t_32x4d.bt_in1k");
  });

  it("maps each former IG-WSL name to its own network", () => {
    for (const width of [8, 16, 32, 48]) {
      expect(findModel(`ig_resnext101_32x${width}d`)).toMatchObject({
        name: `resnext101_32x${width}d.fb_wsl_ig1b_ft_in1k`,
        architecture: { baseWidth: width, cardinality: 32 },
      });
    }
  });

  it("has other sizes, classes, means and test sizes", () => {
    expect(findModel("seresnextaa201d_32x8d.sw_in12k")).toMatchObject({
      numClasses: 11821,
      preprocess: { inputSize: [3, 320, 320], cropPct: 0.95, interpolation: "bicubic" },
      testPreprocess: { inputSize: [3, 384, 384], cropPct: 1 },
      architecture: { aaLayer: "avg", attention: "se", stemWidth: 64, stemType: "deep" },
    });
    expect(findModel("test_resnet.r160_in1k").preprocess).toMatchObject({
      mean: [0.5, 0.5, 0.5],
      std: [0.5, 0.5, 0.5],
    });
    expect(findModel("resnetrs50").architecture).toMatchObject({ seRatio: 0.25, replaceStemPool: true });
  });

  it("has no file for networks that were never published", () => {
    const model = findModel("resnet50t.untrained");
    expect(model.url).toBeUndefined();
    expect(model.sha256Prefix).toBeUndefined();
    expect(model.huggingFace).toBeUndefined();
  });

  it("names the nearest for a mistyped name", () => {
    const attempt = () => findModel("resnext101_32x16");
    expect(attempt).toThrow(UnsupportedError);
    expect(attempt).toThrow(`no model is named "resnext101_32x16"; ${listModels().length} are known`);
    try {
      attempt();
    } catch (error) {
      expect((error as UnsupportedError).hint).toBe(
        "The nearest names are resnext101_32x16d, resnext101_32x4d, resnext101_32x8d.",
      );
    }
  });
});
