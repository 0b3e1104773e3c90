// Networks of torchvision and transformers, with seeded weights under their own names, against their own logits.
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { type DType, elementCount, type LazyTensor, lazyTensor, memorySink, MismatchError, zeros } from "@samoyed/core";
import { writeOnnx } from "@samoyed/format-onnx";
import type { Graph } from "@samoyed/ir";
import { GATE } from "@samoyed/test-support/networks";
import { seededArray, seededWeight } from "@samoyed/test-support/seeded";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { buildModel, identifyModel, type NetworkConfig, translateNames, type Translation } from "../src/index.ts";

interface Case {
  readonly library: "torchvision" | "transformers";
  readonly name: string;
  /** timm's name. */
  readonly architecture: string;
  readonly size: number;
  readonly tensors: readonly (readonly [name: string, dtype: DType, shape: readonly number[]])[];
  readonly config?: NetworkConfig;
  readonly logits?: readonly number[];
  readonly noise?: number;
}

const fixture = new URL("../fixtures/naming.json.gz", import.meta.url);
const { seed, cases } = JSON.parse(gunzipSync(readFileSync(fixture)).toString()) as { seed: string; cases: Case[] };
const NUM_CLASSES = 10;

/** The state dict, seeded where the logits are to be computed. */
function stateDict({ tensors, logits }: Case): Map<string, LazyTensor> {
  return new Map(
    tensors.map(([name, dtype, shape]) => {
      const data = dtype === "float32" && logits !== undefined ? seededWeight(seed, name, shape) : undefined;
      return [name, lazyTensor(name, data === undefined ? zeros(dtype, shape) : { dtype: "float32", shape, data })];
    }),
  );
}

/** The translation that is a network, and timm's name of that. */
async function find(
  translations: readonly Translation[],
): Promise<{ translation: Translation; name: string; graph: (size: number) => Graph }> {
  const [translation, ...others] = translations;
  try {
    const found = await identifyModel(translation!.tensors, { prefer: translation!.architectures });
    expect(found.numClasses).toBe(NUM_CLASSES);
    const graph = (size: number): Graph =>
      buildModel({ ...found, tensors: translation!.tensors, settings: translation, inputSize: [3, size, size] });
    return { translation: translation!, name: found.name, graph };
  } catch (error) {
    if (others.length === 0) throw error;
    return find(others);
  }
}

/** The largest error of a graph's logits, in multiples of PyTorch's own noise. */
async function errorOf(graph: Graph, { size, logits, noise }: Case): Promise<number> {
  const sink = memorySink();
  await writeOnnx(graph, { sink });
  await sink.commit();
  const session = await InferenceSession.create(sink.bytes(), { intraOpNumThreads: 1 });
  const shape = [1, 3, size, size];
  const data = seededArray(seed, "input", { count: elementCount(shape), std: 1 });
  const { logits: got } = await session.run({ input: new Tensor("float32", data, shape) });
  await session.release();
  expect(got!.dims).toEqual([1, NUM_CLASSES]);
  return Math.max(...logits!.map((value, index) => Math.abs(Number(got!.data[index]) - value))) / noise!;
}

describe.each(cases)("$library's $name", (recorded) => {
  it(`is timm's ${recorded.architecture}`, async () => {
    const { name } = await find(translateNames(stateDict(recorded), recorded));
    expect(name).toBe(recorded.architecture);
  });
});

describe.each(cases.filter(({ logits }) => logits !== undefined))("$library's $name", (recorded) => {
  it("has its logits", async () => {
    const { graph } = await find(translateNames(stateDict(recorded), recorded));
    expect(await errorOf(graph(recorded.size), recorded)).toBeLessThanOrEqual(GATE);
  });
});

const named = (name: string): Case => cases.find((recorded) => recorded.name === name)!;

describe("what tensors do not show", () => {
  it.each(["mobilenet_v3_small", "ViT"])("the epsilons of %s are not timm's", async (name) => {
    const recorded = named(name);
    const [translation] = translateNames(stateDict(recorded), recorded);
    const { tensors, architectures: prefer } = translation!;
    const found = await identifyModel(tensors, { prefer });
    const graph = buildModel({ ...found, tensors, inputSize: [3, recorded.size, recorded.size] });
    expect(await errorOf(graph, recorded)).toBeGreaterThan(GATE);
  });

  it("configurations of other networks are refused", async () => {
    const vit = named("ViT");
    const translate = (config: NetworkConfig): readonly Translation[] => translateNames(stateDict(vit), { config });
    const { graph } = await find(translate({ ...vit.config, num_attention_heads: 6 }));
    expect(() => graph(224)).toThrow(MismatchError);
    expect(() => graph(224)).toThrow("config.json says 6 heads of attention");
    expect(() => translate({ ...vit.config, hidden_act: "gelu_new" })).toThrow('hidden_act is "gelu_new"');
  });

  it("a missing configuration is said", () => {
    const [translation] = translateNames(stateDict(named("ViT")));
    expect(translation!.assumptions.join(" ")).toContain("layer_norm_eps 1e-12, transformers' default, is assumed");
  });

  it("parts of a product must all be there", async () => {
    const recorded = named("ViT");
    const tensors = stateDict(recorded);
    const key = [...tensors.keys()].find((name) => name.includes("k_proj.weight"))!;
    tensors.delete(key);
    await expect(find(translateNames(tensors, recorded))).rejects.toThrow(
      "blocks.0.attn.qkv.weight [576, 192] is missing",
    );
  });

  it("timm's own names are left alone", () => {
    expect(translateNames(new Map([["blocks.0.norm1.weight", lazyTensor("w", zeros("float32", [4]))]]))).toEqual([]);
  });
});
