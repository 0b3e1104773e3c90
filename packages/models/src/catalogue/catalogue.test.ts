import { FormatError, type LazyTensor, lazyTensor, MismatchError, UnsupportedError, zeros } from "@samoyed/core";
import { describe, expect, it } from "vitest";
import { countClasses, classifierOf, modelParameters, tapsOf } from "../architecture.ts";
import { buildModel } from "../build-model.ts";
import { identifyModel } from "../identify.ts";
import { Catalogue, openCatalogue } from "./catalogue.ts";
import { type CataloguedArchitecture, channelsOf } from "./catalogued-architecture.ts";
import { decodeGraph } from "./decode-graph.ts";
import { readData } from "./read-data.ts";
import type { ReadData } from "./document.ts";

const catalogue = await openCatalogue();

async function load(name: string): Promise<CataloguedArchitecture> {
  return (await catalogue.load(name))!;
}

/** The state dict of an architecture, all zeros. */
function stateDict(architecture: CataloguedArchitecture, numClasses: number): Map<string, LazyTensor> {
  return new Map(
    [...modelParameters(architecture, { numClasses })].map(([name, { dtype, shape }]) => [
      name,
      lazyTensor(name, zeros(dtype, shape)),
    ]),
  );
}

const NAMES = ["test_vit", "test_efficientnet", "test_convnext"];

describe.each(NAMES)("%s", (name) => {
  it.each([1000, 17, 0])("is recognized and built with %i classes", async (numClasses) => {
    const tensors = stateDict(await load(name), numClasses);
    const found = await identifyModel(tensors);
    expect(found).toMatchObject({ name, numClasses });
    const graph = buildModel({ ...found, tensors });
    expect(graph.outputs.map((output) => [output.name, output.shape.length])).toEqual([
      [numClasses === 0 ? "features" : "logits", 2],
    ]);
    if (numClasses > 0) expect(graph.outputs[0]!.shape).toEqual(["N", numClasses]);
  });

  it("takes other input channels", async () => {
    const architecture = { ...(await load(name)), channels: 1 };
    const tensors = stateDict(architecture, 5);
    const found = await identifyModel(tensors);
    expect(found.architecture).toMatchObject({ channels: 1 });
    expect(buildModel({ ...found, tensors }).inputs[0]!.shape[1]).toBe(1);
  });

  it("has timm's feature maps", async () => {
    const architecture = await load(name);
    const tensors = stateDict(architecture, 1000);
    const graph = buildModel({ architecture, numClasses: 1000, tensors, taps: true });
    expect(graph.outputs.map((output) => output.name)).toEqual(["logits", ...tapsOf(architecture)]);
    expect(tapsOf(architecture).length).toBeGreaterThan(2);
  });
});

it("a network of which one tensor has another size is near, and the error says which", async () => {
  const tensors = stateDict(await load("test_vit"), 1000);
  tensors.set("blocks.1.mlp.fc2.weight", lazyTensor("blocks.1.mlp.fc2.weight", zeros("float32", [64, 100])));
  await expect(identifyModel(tensors)).rejects.toThrow(MismatchError);
  await expect(identifyModel(tensors)).rejects.toThrow(
    /does not fit test_vit, .*blocks\.1\.mlp\.fc2\.weight is \[64, 100\]/u,
  );
});

it("a table of indices that the network reads is required, and stays integer", async () => {
  const table = "stages.3.blocks.4.token_mixer.attention_bias_idxs";
  const tensors = stateDict(await load("efficientformer_l1"), 10);
  const { file } = await load("efficientformer_l1");
  const names = file.tensors.map(([name]) => name);
  const { input } = file.graph;
  const graph = decodeGraph(file.graph, {
    name: "n",
    data: file.data,
    names,
    tensors,
    input,
    outputs: [["logits", "logits"]],
  });
  expect(graph.initializers.get(table)?.dtype).toBe("int64");
  tensors.set(table, lazyTensor(table, zeros("float32", [49, 49])));
  await expect(identifyModel(tensors)).rejects.toThrow(`${table} is float32, expected int64`);
  tensors.delete(table);
  await expect(identifyModel(tensors)).rejects.toThrow(`${table} [49, 49] is missing`);
});

it("a network without a classifier may be any with its tensors, not only one that is published without", async () => {
  const { name, alternatives } = await identifyModel(stateDict(await load("vit_base_patch16_gap_224"), 0));
  expect([name, ...alternatives.map((other) => other.name)]).toEqual([
    "vit_base_patch16_siglip_gap_224",
    "vit_base_patch16_gap_224",
  ]);
});

it("names of no network", async () => {
  const tensors = new Map([["a.b", { dtype: "float32", shape: [1] } as const]]);
  await expect(identifyModel(tensors)).rejects.toThrow(UnsupportedError);
});

describe("bad data", () => {
  const changed =
    (change: (text: string) => string): ReadData =>
    async (file, maxBytes) =>
      new TextEncoder().encode(change(new TextDecoder().decode(await readData(file, maxBytes))));

  it("another version", async () => {
    const other = changed((text) => text.replace('"version":1', '"version":2'));
    await expect(Catalogue.open(other)).rejects.toThrow("the file's version is 2; expected 1");
  });

  it("no JSON", async () => {
    await expect(Catalogue.open(changed((text) => text.slice(1)))).rejects.toThrow(FormatError);
  });

  it("a changed number", async () => {
    const damaged = new Catalogue(
      changed((text) => text.replace(/\d(?=\D*$)/u, (digit) => String((Number(digit) + 1) % 10))),
      catalogue.index,
    );
    await expect(damaged.load("test_vit")).rejects.toThrow(/^test_vit\.architecture: the file is damaged$/u);
  });
});

it("a network without feature maps says why", async () => {
  const architecture = await load("convit_tiny");
  const { noTaps: _, ...untried } = architecture;
  const build = (network: CataloguedArchitecture) => (): unknown =>
    buildModel({ architecture: network, numClasses: 3, tensors: stateDict(network, 3), taps: true });
  expect(build(architecture)).toThrow(UnsupportedError);
  expect(build(architecture)).toThrow(/features_only does not give its feature maps \(RuntimeError: .*\)$/u);
  expect(build(untried)).toThrow("convit_tiny has no taps: its feature maps are not in this version of Samoyed");
});

it("an unknown name", async () => {
  expect(await catalogue.load("resnet")).toBeUndefined();
});

it("channels are told by the first weights", async () => {
  const { file } = await load("test_vit");
  expect(channelsOf(file, new Map([["patch_embed.proj.weight", { shape: [64, 4, 16, 16] }]]))).toBe(4);
  expect(channelsOf(file, new Map())).toBe(3);
  expect(countClasses(classifierOf(await load("test_vit")), stateDict(await load("test_vit"), 9))).toBe(9);
});

it("tensors of two networks in one state dict are neither, and the error names the other's", async () => {
  const tensors = stateDict(await load("test_vit"), 10);
  const other = stateDict(await load("efficientformer_l1"), 10);
  for (const [name, tensor] of [...other].slice(0, 5)) tensors.set(name, tensor);
  await expect(identifyModel(tensors)).rejects.toThrow(MismatchError);
  await expect(identifyModel(tensors)).rejects.toThrow(
    /does not fit test_vit, .*stem\.conv1\.weight \[.*\] is not expected/u,
  );
  for (const [name, tensor] of other) tensors.set(name, tensor);
  await expect(identifyModel(tensors)).rejects.toThrow(/is not expected|is not a network of/u);
});
