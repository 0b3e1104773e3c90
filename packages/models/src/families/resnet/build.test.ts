import { type LazyTensor, lazyTensor, MismatchError, type Shape, UsageError } from "@samoyed/core";
import { canonicalize } from "@samoyed/graph";
import { describe, expect, it } from "vitest";
import { buildModel } from "../../build-model.ts";
import { type ResNetConfig, resnetConfig } from "./config.ts";
import { modelParameters } from "../../architecture.ts";

/** Tensors that fail when they are read: building must not read them. */
function unread(architecture: ResNetConfig, numClasses: number): Map<string, LazyTensor> {
  const refuse = () => {
    throw new Error("a weight was read");
  };
  const parameters = [...modelParameters(architecture, { numClasses })];
  return new Map(
    parameters.map(([name, { shape, dtype }]) => [name, { name, shape, dtype, read: refuse, chunks: refuse }]),
  );
}

const SMALL = resnetConfig({ block: "basic", layers: [1, 2, 1, 1], channels: [8, 16, 24, 32] });

describe("buildModel", () => {
  it("spells every activation in the canonical form", () => {
    for (const actLayer of ["relu", "silu", "leaky_relu", "hard_swish", "gelu"] as const) {
      const architecture = resnetConfig({ block: "basic", layers: [1, 1, 1, 1], actLayer });
      const graph = buildModel({ architecture, numClasses: 10, tensors: unread(architecture, 10) });
      expect(canonicalize(graph).report.applied, actLayer).toEqual([]);
    }
  });

  it("names nodes by module paths and weights by state-dict names", () => {
    const graph = buildModel({ architecture: SMALL, numClasses: 10, tensors: unread(SMALL, 10) });
    expect(graph.nodes.slice(0, 13).map(({ name, op }) => `${name} ${op}`)).toEqual([
      "conv1 Conv",
      "bn1 BatchNormalization",
      "act1 Relu",
      "maxpool MaxPool",
      "layer1.0.conv1 Conv",
      "layer1.0.bn1 BatchNormalization",
      "layer1.0.act1 Relu",
      "layer1.0.conv2 Conv",
      "layer1.0.bn2 BatchNormalization",
      "layer1.0.downsample.0 Conv",
      "layer1.0.downsample.1 BatchNormalization",
      "layer1.0.add Add",
      "layer1.0.act2 Relu",
    ]);
    expect(graph.nodes.slice(-3).map(({ name, op }) => `${name} ${op}`)).toEqual([
      "global_pool.pool GlobalAveragePool",
      "global_pool.flatten Flatten",
      "fc Gemm",
    ]);
    const weights = [...modelParameters(SMALL, { numClasses: 10 }).keys()];
    expect([...graph.initializers.keys()]).toEqual(weights.filter((name) => !name.endsWith("num_batches_tracked")));
    expect(graph.opset).toBe(17);
  });

  it("leaves batch and size open, or fixes the size", () => {
    const options = { architecture: SMALL, numClasses: 10, tensors: unread(SMALL, 10) };
    expect(buildModel(options).inputs).toEqual([{ name: "input", dtype: "float32", shape: ["N", 3, "H", "W"] }]);
    const fixed = buildModel({ ...options, inputSize: [3, 96, 64], taps: true });
    expect(fixed.inputs[0]!.shape).toEqual(["N", 3, 96, 64]);
    expect(fixed.outputs.map(({ name, shape }) => [name, shape])).toEqual([
      ["logits", ["N", 10]],
      ["tap.act1", ["N", 64, 48, 32]],
      ["tap.layer1", ["N", 8, 24, 16]],
      ["tap.layer2", ["N", 16, 12, 8]],
      ["tap.layer3", ["N", 24, 6, 4]],
      ["tap.layer4", ["N", 32, 3, 2]],
    ]);
  });

  it("outputs pooled features, from a checkpoint with or without a classifier", () => {
    for (const numClasses of [10, 0]) {
      const tensors = unread(SMALL, numClasses);
      const graph = buildModel({ architecture: SMALL, numClasses, tensors, features: true });
      expect(graph.outputs).toEqual([{ name: "features", dtype: "float32", shape: ["N", 32] }]);
      expect([...graph.initializers.keys()].some((name) => name.startsWith("fc."))).toBe(false);
    }
    const headless = buildModel({ architecture: SMALL, numClasses: 0, tensors: unread(SMALL, 0) });
    expect(headless.outputs[0]!.name).toBe("features");
  });

  it("converts other floats to float32", () => {
    const tensors = unread(SMALL, 2);
    const shape: Shape = [2, 32];
    tensors.set(
      "fc.weight",
      lazyTensor("fc.weight", { dtype: "float16", shape, data: new Uint16Array(64).fill(0x3c00) }),
    );
    const graph = buildModel({ architecture: SMALL, numClasses: 2, tensors });
    expect(graph.initializers.get("fc.weight")!.dtype).toBe("float32");
  });

  it("writes each blur filter once", () => {
    const architecture = resnetConfig({ block: "basic", layers: [1, 1, 1, 1], aaLayer: "blur" });
    const graph = buildModel({ architecture, numClasses: 2, tensors: unread(architecture, 2) });
    const filters = [...graph.initializers.keys()].filter((name) => name.startsWith("blur."));
    expect(filters).toEqual(["blur.pads", "blur.filter64", "blur.filter128", "blur.filter256", "blur.filter512"]);
  });

  it("refuses tensors of another network", () => {
    const attempt = () => buildModel({ architecture: SMALL, numClasses: 11, tensors: unread(SMALL, 10) });
    expect(attempt).toThrow(MismatchError);
    expect(attempt).toThrow("fc.weight is [10, 32], expected [11, 32]; fc.bias is [10], expected [11]");
  });

  it("refuses an input with other channels", () => {
    const options = { architecture: SMALL, numClasses: 10, tensors: unread(SMALL, 10) };
    expect(() => buildModel({ ...options, inputSize: [1, 32, 32] })).toThrow(UsageError);
  });
});
