import {
  lazyFromChunks,
  type LazyTensor,
  MismatchError,
  type PreprocessConfig,
  type Shape,
  UnsupportedError,
} from "@samoyed/core";
import {
  type Architecture,
  findModel,
  imagenetNames,
  inputSizeOf,
  loadArchitecture,
  modelParameters,
  resnetConfig,
} from "@samoyed/models";
import { expect, test } from "vitest";
import { buildContract } from "./build-contract.ts";
import { buildGraph } from "./build-graph.ts";
import { chooseModel } from "./choose-model.ts";
import { DEFAULT_PREPROCESS } from "./choose-preprocess.ts";
import { withImageChannels } from "./image-channels.ts";
import { preprocessAssumptions } from "./preprocess-assumptions.ts";
import { conversionWarnings } from "./warnings.ts";

/** Tensors that say what they are, and that nobody may read. */
function unread(architecture: Architecture, numClasses: number): Map<string, LazyTensor> {
  const entry = (name: string, dtype: LazyTensor["dtype"], shape: Shape): [string, LazyTensor] => [
    name,
    lazyFromChunks({ name, dtype, shape }, () => {
      throw new Error("a tensor was read");
    }),
  ];
  return new Map(
    [...modelParameters(architecture, { numClasses })].map(([name, { dtype, shape }]) => entry(name, dtype, shape)),
  );
}

const resnet18 = await loadArchitecture("resnet18");
const resnext = await loadArchitecture("resnext101_32x16d");

test("a named model brings its preprocessing and license", async () => {
  const tensors = unread(resnet18, 1000);
  const model = await chooseModel(tensors, { model: "ssl_resnet18" });
  expect(model).toMatchObject({
    name: "resnet18.fb_ssl_yfcc100m_ft_in1k",
    preprocessFrom: "model",
    license: "cc-by-nc-4.0",
    numClasses: 1000,
    warnings: [],
  });
  expect(model.preprocess.interpolation).toBe("bilinear");
});

test("a fine-tuned head keeps the named model's preprocessing, but not its license", async () => {
  const model = await chooseModel(unread(resnet18, 7), { model: "resnet18.fb_ssl_yfcc100m_ft_in1k" });
  expect(model).toMatchObject({ numClasses: 7, preprocessFrom: "model", license: undefined });
  expect(model.warnings[0]).toContain("no license is recorded");
});

test("a named model brings the class names of what it was trained on, and says so; other weights do not", async () => {
  const names = await imagenetNames();
  const model = await chooseModel(unread(resnet18, 1000), { model: "ssl_resnet18" });
  expect(model.labels).toEqual(names);
  expect(conversionWarnings(model, {})).toEqual([
    "Class names are those that resnet18.fb_ssl_yfcc100m_ft_in1k was published with, imagenet-1k; --labels gives others.",
  ]);
  const graph = buildGraph({ model, tensors: unread(resnet18, 1000) }, {}).graph;
  const source = { name: "x.pth", sha256: "0" };
  expect(buildContract({ model, graph, source }, {})).toMatchObject({ labels: names });
  const own = Array.from({ length: 1000 }, (_, i) => `class ${i}`);
  expect(buildContract({ model, graph, source }, { labels: own })).toMatchObject({ labels: own });
  const features = buildGraph({ model, tensors: unread(resnet18, 1000) }, { features: true }).graph;
  expect(buildContract({ model, graph: features, source }, { features: true })).not.toHaveProperty("labels");
  for (const [classes, options] of [
    [7, { model: "ssl_resnet18" }],
    [1000, {}],
  ] as const) {
    expect((await chooseModel(unread(resnet18, classes), options)).labels).toBeUndefined();
  }
});

test("published models that disagree on preprocessing leave timm's default, and a word about it", async () => {
  const model = await chooseModel(unread(resnet18, 1000));
  expect(model.candidates.length).toBeGreaterThan(3);
  expect(model).toMatchObject({ name: "resnet18", preprocessFrom: "default", license: undefined });
  expect(model.preprocess).toEqual(DEFAULT_PREPROCESS);
  const [assumed] = preprocessAssumptions(model);
  expect(assumed).toMatchObject({ origin: "assumed", value: expect.stringContaining("224×224, bicubic, crop 0.875") });
  const options = assumed!.alternatives.map(({ option }) => option).join(" ");
  expect(options).toMatch(/^--size --interpolation .*--model resnet18\.\w+/u);
  const given = preprocessAssumptions(model, DEFAULT_PREPROCESS);
  expect(given.map(({ origin, alternatives }) => [origin, alternatives.length])).toEqual([["given", 0]]);
  expect(preprocessAssumptions(model, { mean: [0, 0, 0] }).map(({ origin, value }) => [origin, value])).toEqual([
    ["given", "mean 0,0,0"],
    ["assumed", "224×224, bicubic, crop 0.875, center crop, std 0.229,0.224,0.225"],
  ]);
});

test("published models that agree on it decide", async () => {
  const model = await chooseModel(unread(resnext, 1000));
  expect(model).toMatchObject({ name: "resnext101_32x16d", preprocessFrom: "candidates" });
  expect(model.preprocess).toEqual((await findModel("ssl_resnext101_32x16d")).preprocess);
});

test("a head of another size may have been trained on images of another kind", async () => {
  expect((await chooseModel(unread(resnext, 5))).preprocessFrom).toBe("default");
});

test("the graph's input has a size where it is known, and none where it is not", async () => {
  const tensors = unread(resnet18, 1000);
  const shapeOf = async (model: string | undefined, options = {}): Promise<unknown> =>
    buildGraph({ model: await chooseModel(tensors, { model }), tensors }, options).graph.inputs[0]!.shape;
  expect(await shapeOf("resnet18.tv_in1k")).toEqual(["N", 3, 224, 224]);
  expect(await shapeOf(undefined)).toEqual(["N", 3, "H", "W"]);
  expect(await shapeOf(undefined, { preprocess: { cropPct: 1 } })).toEqual(["N", 3, "H", "W"]);
  expect(await shapeOf(undefined, { preprocess: { ...DEFAULT_PREPROCESS, inputSize: [3, 64, 80] } })).toEqual([
    "N",
    3,
    64,
    80,
  ]);
  await expect(shapeOf(undefined, { preprocess: { ...DEFAULT_PREPROCESS, inputSize: [1, 64, 64] } })).rejects.toThrow(
    "takes 3 channels; the preprocessing gives 1",
  );
});

test("images that are not RGB need means and deviations, a number for each channel", async () => {
  for (const [inChans, text] of [
    [1, "1 channel"],
    [4, "4 channels"],
  ] as const) {
    const tensors = unread(resnetConfig({ block: "basic", layers: [2, 2, 2, 2], inChans }), 1000);
    const numbers = new Array<number>(inChans).fill(0.5);
    const build = async (preprocess: Partial<PreprocessConfig>, model?: string): Promise<unknown> => {
      const chosen = withImageChannels(await chooseModel(tensors, { model }), preprocess);
      return buildGraph({ model: chosen, tensors }, { preprocess }).graph.inputs[0]!.shape;
    };
    for (const preprocess of [{}, { mean: numbers }, { mean: [0.5, 0.5], std: [1, 1] }]) {
      await expect(build(preprocess)).rejects.toThrow(UnsupportedError);
      await expect(build(preprocess)).rejects.toThrow(`takes images of ${text}; how those are prepared is not known`);
    }
    const given = { mean: numbers, std: numbers };
    expect(await build(given)).toEqual(["N", inChans, "H", "W"]);
    expect(await build(given, "resnet18.tv_in1k")).toEqual(["N", inChans, 224, 224]);
    expect(await build({ ...given, inputSize: [inChans, 64, 32] })).toEqual(["N", inChans, 64, 32]);
  }
});

test("tensors that are not the named model's, and a name that nobody knows", async () => {
  const tensors = unread(resnet18, 1000);
  await expect(chooseModel(tensors, { model: "resnet34" })).rejects.toThrow(MismatchError);
  await expect(chooseModel(tensors, { model: "resnet34" })).rejects.toThrow(/layer1\.2\.conv1\.weight/u);
  await expect(chooseModel(tensors, { model: "ssl_resnet50" })).rejects.toThrow(
    "does not fit resnet50.fb_ssl_yfcc100m_ft_in1k (formerly ssl_resnet50): ",
  );
  await expect(chooseModel(tensors, { model: "resnet81" })).rejects.toThrow(UnsupportedError);
});

test("a named network takes the checkpoint's input channels", async () => {
  for (const [name, inChans] of [
    ["resnet18", 1],
    ["test_vit", 4],
  ] as const) {
    const loaded = await loadArchitecture(name);
    const tensors = unread(loaded, 7);
    const stem = name === "resnet18" ? "conv1.weight" : "patch_embed.proj.weight";
    const [width, , ...window] = tensors.get(stem)!.shape;
    tensors.set(stem, { ...tensors.get(stem)!, shape: [width!, inChans, ...window] });
    const { architecture } = await chooseModel(tensors, { model: name });
    expect(inputSizeOf(architecture)[0]).toBe(inChans);
  }
});
