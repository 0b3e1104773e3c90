import { FormatError, MismatchError, type SamoyedError, UnsupportedError } from "@samoyed/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { configurations } from "./configurations.ts";
import { type ResNetConfig, resnetConfig, type ResNetOptions } from "./config.ts";
import type { TensorType } from "../../parameter.ts";
import { identifyModel } from "../../identify.ts";
import { modelParameters } from "../../architecture.ts";

type Tensors = Map<string, TensorType>;

const SMALL = { block: "basic", layers: [2, 2, 2, 2] } as const;

function tensorsOf(config: ResNetConfig, numClasses: number): Tensors {
  return new Map(modelParameters(config, { numClasses }));
}

function published(name: string, numClasses = 1000): Tensors {
  return tensorsOf(configurations().get(name)!, numClasses);
}

async function errorOf(tensors: Tensors): Promise<SamoyedError> {
  try {
    await identifyModel(tensors);
  } catch (error) {
    return error as SamoyedError;
  }
  throw new Error("the tensors were recognized");
}

describe("identifyModel, published networks", () => {
  // Architectures with the same tensors as another one, under whose name they are recognized.
  const SHADOWED: Readonly<Record<string, string>> = {
    ecaresnext50t_32x4d: "ecaresnext26t_32x4d",
    resnetblur18: "resnet18",
    resnetblur50: "resnet50",
    resnetblur50d: "resnet50d",
    resnetblur101d: "resnet101d",
    resnetaa34d: "resnet34d",
    resnetaa50: "resnet50",
    resnetaa50d: "resnet50d",
    resnetaa101d: "resnet101d",
    seresnextaa101d_32x8d: "seresnext101d_32x8d",
  };

  const recognizable = [...configurations()].filter(([, { normLayer }]) => normLayer === "batchnorm");
  it.each(recognizable.map(([name]) => name))("%s", async (name) => {
    const found = await identifyModel(published(name));
    expect(found.name).toBe(SHADOWED[name] ?? name);
    expect(found.architecture).toEqual(configurations().get(SHADOWED[name] ?? name));
    expect(found.numClasses).toBe(1000);
    expect(found.candidates.some((model) => model.name.startsWith(`${found.name}.`))).toBe(true);
  });

  it.each(Object.entries(SHADOWED))("%s is named as another possibility of %s", async (name, shown) => {
    const { candidates, alternatives, name: chosen } = await identifyModel(published(name));
    expect(chosen).toBe(shown);
    // Two of timm's names are of one network.
    const isOne = JSON.stringify(configurations().get(name)) === JSON.stringify(configurations().get(shown));
    expect(alternatives.some((other) => other.name === name)).toBe(!isOne);
    expect(candidates.some((model) => model.name.startsWith(`${name}.`))).toBe(true);
  });

  it("lists every candidate checkpoint, the chosen architecture's first", async () => {
    const names = (await identifyModel(published("resnext50_32x4d"))).candidates.map(({ name }) => name);
    expect(names).toHaveLength(10);
    expect(names[0]).toBe("resnext50_32x4d.a1h_in1k");
    expect(names).toContain("resnext50_32x4d.fb_ssl_yfcc100m_ft_in1k");
    expect((await identifyModel(published("resnext50_32x4d"))).alternatives).toEqual([]);
  });

  it("chooses the architecture published with the same number of classes", async () => {
    const found = await identifyModel(published("resnet50d", 11821));
    expect(found.name).toBe("resnetaa50d");
    expect(found.candidates.map(({ name }) => name)).toEqual(["resnetaa50d.sw_in12k", "resnetaa50d.d_in12k"]);
  });

  it("recognizes a network with a fine-tuned head, and without a head", async () => {
    const tuned = await identifyModel(published("resnext101_32x16d", 37));
    expect(tuned).toMatchObject({ name: "resnext101_32x16d", numClasses: 37 });
    expect(tuned.candidates.map(({ name }) => name)).toContain("resnext101_32x16d.fb_ssl_yfcc100m_ft_in1k");
    expect(await identifyModel(published("resnet18", 0))).toMatchObject({ name: "resnet18", numClasses: 0 });
  });

  it("accepts missing num_batches_tracked, and half precision", async () => {
    const old = [...published("resnet18")].filter(([name]) => !name.endsWith("num_batches_tracked"));
    const half = old.map(([name, { shape }]): [string, TensorType] => [name, { shape, dtype: "float16" }]);
    expect((await identifyModel(new Map(half))).name).toBe("resnet18");
  });

  it("never guesses group norms", async () => {
    const error = await errorOf(published("resnet50_gn"));
    expect(error).toBeInstanceOf(FormatError);
    expect(error.hint).toContain("If it has group norms, name the network: --model resnet50_gn.");
  });
});

describe("identifyModel, other networks", () => {
  it("recognizes a small unpublished ResNeXt", async () => {
    const config = resnetConfig({
      block: "bottleneck",
      layers: [1, 1, 1, 1],
      channels: [8, 16, 32, 64],
      cardinality: 8,
      baseWidth: 16,
    });
    const found = await identifyModel(tensorsOf(config, 10));
    expect(found.architecture).toEqual(config);
    expect(found).toMatchObject({ name: "resnext14_8x16d_c8-16-32-64", numClasses: 10, candidates: [] });
    expect(found.alternatives).toEqual([]);
  });

  it.each([
    [{ block: "basic", layers: [1, 2, 3, 1] }, "resnet16"],
    [{ block: "basic", layers: [1, 1, 3, 3] }, "resnet18_l1-1-3-3"],
    [{ block: "bottleneck", layers: [1, 1, 1, 2], baseWidth: 128 }, "wide_resnet17_128"],
    [{ block: "bottleneck", layers: [1, 1, 1, 2], attention: "se", stemType: "deep", stemWidth: 32 }, "seresnet17c"],
  ] as const)("names %o in timm's style", async (options, name) => {
    expect((await identifyModel(tensorsOf(resnetConfig(options), 5))).name).toBe(name);
  });

  const channels = (divisor: number) =>
    fc.tuple(...[1, 2, 3, 4].map(() => fc.integer({ min: 1, max: 6 }).map((n) => n * divisor)));
  const layers = fc.tuple(...[1, 2, 3, 4].map(() => fc.integer({ min: 1, max: 3 })));
  const shared = {
    layers,
    stem: fc.constantFrom(
      {},
      { stemType: "deep", stemWidth: 8 },
      { stemType: "deep_tiered", stemWidth: 12 },
      { stemType: "deep", stemWidth: 16, replaceStemPool: true },
    ) as fc.Arbitrary<Partial<ResNetOptions>>,
    inChans: fc.constantFrom(1, 3, 4),
    avgDown: fc.boolean(),
    attention: fc.constantFrom({ attention: "none" }, { attention: "se" }, { attention: "eca" }) as fc.Arbitrary<
      Partial<ResNetOptions>
    >,
    numClasses: fc.integer({ min: 0, max: 20 }),
  };

  it("recognizes any basic network: tensors → configuration → the same tensors", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({ ...shared, channels: channels(8) }),
        async ({ stem, attention, numClasses, ...rest }) => {
          const tensors = tensorsOf(resnetConfig({ block: "basic", ...stem, ...attention, ...rest }), numClasses);
          const found = await identifyModel(tensors);
          expect([...modelParameters(found.architecture, found)]).toEqual([...tensors]);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("recognizes any bottleneck network", async () => {
    const grouped = fc.record({
      ...shared,
      channels: channels(16),
      cardinality: fc.constantFrom(1, 2, 4, 8),
      baseWidth: fc.constantFrom(4, 8, 16, 64, 128),
      downKernelSize: fc.constantFrom(1, 3),
      blockReduceFirst: fc.constantFrom(1, 2),
    });
    await fc.assert(
      fc.asyncProperty(grouped, async ({ stem, attention, numClasses, ...rest }) => {
        // A reduced first convolution must still divide into the groups.
        if (rest.blockReduceFirst === 2 && (rest.baseWidth === 4 || rest.cardinality === 1)) return;
        const tensors = tensorsOf(resnetConfig({ block: "bottleneck", ...stem, ...attention, ...rest }), numClasses);
        const found = await identifyModel(tensors);
        expect([...modelParameters(found.architecture, found)]).toEqual([...tensors]);
      }),
      { numRuns: 60 },
    );
  });
});

describe("identifyModel, near misses", () => {
  it("names the tensor that is missing", async () => {
    const tensors = published("resnet50");
    tensors.delete("layer3.2.bn1.weight");
    const error = await errorOf(tensors);
    expect(error).toBeInstanceOf(MismatchError);
    expect(error.message).toBe(
      "the checkpoint does not fit resnet50, the nearest architecture: 1 tensor differs: layer3.2.bn1.weight [256] is missing",
    );
  });

  it("names a wrong shape, and both shapes", async () => {
    const tensors = published("resnet50");
    tensors.set("layer4.1.conv2.weight", { shape: [512, 512, 1, 1], dtype: "float32" });
    expect((await errorOf(tensors)).message).toContain(
      "layer4.1.conv2.weight is [512, 512, 1, 1], expected [512, 512, 3, 3]",
    );
  });

  it("names an extra tensor", async () => {
    const tensors = published("resnet50");
    tensors.set("layer4.3.conv1.weights", { shape: [1], dtype: "float32" });
    tensors.set("aux.weight", { shape: [2, 2], dtype: "float32" });
    expect((await errorOf(tensors)).message).toContain("aux.weight [2, 2] is not expected");
  });

  it("names a dtype that is not valid for weights", async () => {
    const tensors = published("resnet18");
    tensors.set("conv1.weight", { shape: [64, 3, 7, 7], dtype: "int8" });
    expect((await errorOf(tensors)).message).toContain("conv1.weight is int8, expected a float");
  });

  it("shows ten differences and counts the rest", async () => {
    const tensors = published("resnet50");
    for (let block = 0; block < 3; block++) {
      for (const bn of [1, 2, 3, 4, 5]) tensors.set(`layer1.${block}.extra${bn}`, { shape: [bn], dtype: "float32" });
    }
    const error = await errorOf(tensors);
    expect(error.message).toContain("15 tensors differ: layer1.0.extra1 [1] is not expected");
    expect(error.message).toMatch(/layer1\.1\.extra5 \[5\] is not expected; and 5 more$/);
    expect(error.details["differences"]).toHaveLength(10);
  });

  it("says which name a classifier should have had", async () => {
    const tensors = published("resnet50", 0);
    tensors.set("fc.1.weight", { shape: [7, 2048], dtype: "float32" });
    const error = await errorOf(tensors);
    expect(error.message).toContain("fc.1.weight [7, 2048] is not expected");
    expect(error.hint).toContain("Only the classifier differs");
  });

  it("says which prefix to strip", async () => {
    const tensors = new Map([...published("resnet18")].map(([name, tensor]) => [`backbone.${name}`, tensor]));
    const error = await errorOf(tensors);
    expect(error).toBeInstanceOf(UnsupportedError);
    expect(error.hint).toContain('All names begin with "backbone.".');
  });

  it.each([
    ["nothing", []],
    ["a transformer", ["cls_token", "pos_embed", "blocks.0.attn.qkv.weight", "head.weight"]],
    ["block numbers beyond the limit", [1, 2, 3, 4].map((stage) => `layer${stage}.9999.conv1.weight`)],
    ["empty shapes", [1, 2, 3, 4].map((stage) => `layer${stage}.0.conv1.weight`)],
  ])("refuses %s", async (_, names) => {
    const error = await errorOf(new Map(names.map((name) => [name, { shape: [0, 0], dtype: "float32" }])));
    expect(error).toBeInstanceOf(UnsupportedError);
    expect(error.message).toContain(`contains ${names.length === 0 ? "no" : names.length} tensors`);
  });

  it.each([
    ["of a published network", configurations().get("resnet18")!, "resnet18"],
    ["of one with as many channels as group norms take", resnetConfig({ ...SMALL, channels: [64, 64, 64, 64] }), ""],
    ["of one with channels that no group norm takes", resnetConfig({ ...SMALL, channels: [60, 120, 240, 480] }), ""],
  ])("refuses parameters without running statistics, %s", async (_, config, name) => {
    for (const left of [/running_|num_batches/, /running_/]) {
      const error = await errorOf(new Map([...tensorsOf(config, 10)].filter(([name]) => !left.test(name))));
      expect(error).toBeInstanceOf(FormatError);
      expect(error.message).toMatch(
        /^the checkpoint has no running statistics, .* need: bn1\.running_mean, bn1\.running_var, layer1\.0\.bn1\.running_mean and \d+ more are missing$/,
      );
      expect(error.message).toContain(`the batch norms of ${name}`);
      expect(error.hint).toBe(
        "In Python, save `model.state_dict()`; `parameters()` and `named_parameters()` leave buffers out.",
      );
    }
  });

  it("does not guess the filter of a pooling that has no tensors", async () => {
    const config = resnetConfig({ block: "basic", layers: [1, 1, 1, 1], replaceStemPool: true, aaLayer: "blur" });
    expect((await errorOf(tensorsOf(config, 10))).message).toContain("average or blur");
  });

  it("refuses every list with one tensor renamed, removed or reshaped", async () => {
    const whole = [...published("resnet18")];
    const index = fc.integer({ min: 0, max: whole.length - 1 });
    await fc.assert(
      fc.asyncProperty(index, fc.constantFrom("rename", "remove", "reshape"), async (at, change) => {
        const [name, tensor] = whole[at]!;
        // What does not affect the result: counts that are absent, or in a list.
        if (name.endsWith("num_batches_tracked") && change !== "rename") return;
        const tensors = new Map(whole);
        if (change === "reshape") tensors.set(name, { ...tensor, shape: [...tensor.shape, 1] });
        else tensors.delete(name);
        if (change === "rename") tensors.set(`${name}_`, tensor);
        const error = await errorOf(tensors);
        expect(error).toBeInstanceOf(MismatchError);
        expect(error.message).toContain(name);
      }),
    );
  });
});
