import { createHash } from "node:crypto";
import {
  AbortedError,
  elementCount,
  encodeContract,
  lazyFromChunks,
  lazyTensor,
  memorySink,
  type MemorySink,
  ShapeError,
  type Sink,
  UsageError,
} from "@samoyed/core";
import { createBuilder, interpret } from "@samoyed/graph";
import { float, type Graph, int, ints } from "@samoyed/ir";
import { weight } from "@samoyed/test-support/tensors";
import { difference } from "@samoyed/test-support/difference";
import { describe, expect, test } from "vitest";
import { contractFor, convGraph, input } from "../test/graphs.ts";
import { loadFiles, modelJsonOf, onlyShard, runModel, toFiles } from "../test/tfjs.ts";
import { SHARD_BYTES, writeTfjs } from "./index.ts";

/** A classifier with everything that a file must carry. */
function classifier(): Graph {
  const b = createBuilder({ name: "classifier" });
  const x = b.input("input", "float32", ["N", 3, 8, 8]);
  const y = b.node("Conv", [x, b.initializer(weight("conv.weight", [8, 3, 3, 3]))], { name: "conv" });
  const pooled = b.node("GlobalAveragePool", [y], { name: "pool" });
  const flat = b.node("Flatten", [pooled], { name: "flat", attributes: { axis: int(1) } });
  const head = b.initializer(weight("fc.weight", [5, 8], { seed: 2 }));
  b.output(b.node("Gemm", [flat, head], { name: "fc", outputs: ["logits"], attributes: { transB: int(1) } }));
  b.output("conv");
  return b.finish();
}

describe("what a model holds", () => {
  test("the source's hash where the writer says that it is", async () => {
    const graph = classifier();
    const source = { name: "Größe.pth", sha256: "0".repeat(64) };
    const contract = { ...contractFor(graph), source };
    const sinks = new Map<string, MemorySink>();
    const createSink = async (file: string): Promise<MemorySink> => {
      sinks.set(file, memorySink());
      return sinks.get(file)!;
    };
    const { sourceHashOffset } = await writeTfjs(graph, { createSink, contract });
    const sha256 = "0123456789abcdef".repeat(4);
    const sink = sinks.get("model.json")!;
    await sink.patch(sourceHashOffset!, new TextEncoder().encode(sha256));
    await sink.commit();
    const json = modelJsonOf(new Map([["model.json", sink.bytes()]]));
    expect(json.userDefinedMetadata["samoyed"]).toBe(encodeContract({ ...contract, source: { ...source, sha256 } }));
    const none = { createSink: async () => memorySink(), contract: contractFor(graph) };
    expect(await writeTfjs(graph, none)).toEqual({ sourceHashOffset: undefined });
  });

  test("signature, contract and versions", async () => {
    const graph = classifier();
    const contract = { ...contractFor(graph), taps: ["conv"] };
    const json = modelJsonOf(await toFiles(graph, { contract }));
    expect(json.format).toBe("graph-model");
    expect({ ...json.userDefinedMetadata, samoyedDigests: undefined }).toEqual({
      samoyed: encodeContract(contract),
      samoyedLayout: "nchw",
    });
    const size = (...sizes: number[]) => ({ dim: sizes.map((value) => ({ size: String(value) })) });
    expect(json.signature).toEqual({
      inputs: { input: { name: "input:0", dtype: "DT_FLOAT", tensorShape: size(-1, 3, 8, 8) } },
      outputs: {
        logits: { name: "logits:0", dtype: "DT_FLOAT", tensorShape: size(-1, 5) },
        conv: { name: "conv/nchw:0", dtype: "DT_FLOAT", tensorShape: size(-1, 8, 6, 6) },
      },
    });
  });

  test("constants carry the shape and type of their weight, as TensorFlow.js's converter leaves them", async () => {
    const json = modelJsonOf(await toFiles(classifier(), { weights: "uint8" }));
    const constants = json.modelTopology.node.filter(({ op }) => op === "Const");
    const weights = new Map(json.weightsManifest[0]!.weights.map((entry) => [entry.name, entry]));
    expect(constants).toHaveLength(weights.size);
    for (const { name, attr } of constants) {
      const { shape, dtype } = weights.get(name)!;
      const type = dtype === "int32" ? "DT_INT32" : "DT_FLOAT";
      const tensorShape = { dim: shape.map((size) => ({ size: String(size) })) };
      expect(attr, name).toEqual({ dtype: { type }, value: { tensor: { dtype: type, tensorShape } } });
    }
  });

  test("transpositions at the door only, and none with channels last there", async () => {
    const graph = classifier();
    const transposes = async (layout: "nchw" | "nhwc"): Promise<readonly string[]> =>
      modelJsonOf(await toFiles(graph, { layout }))
        .modelTopology.node.filter(({ op }) => op === "Transpose")
        .map(({ name }) => name);
    expect(await transposes("nchw")).toEqual(["input/nhwc", "conv/nchw"]);
    expect(await transposes("nhwc")).toEqual([]);
  });

  test("channels last at the door computes the same", async () => {
    const graph = classifier();
    const model = await loadFiles(await toFiles(graph, { layout: "nhwc" }));
    const image = input([1, 3, 8, 8]);
    const data = new Float32Array(192).map((_, i) => image.data[(i % 3) * 64 + Math.floor(i / 3)]!);
    const found = await runModel(model, { input: { dtype: "float32", shape: [1, 8, 8, 3], data } }, ["logits"]);
    const expected = await interpret(graph, { input: image });
    expect(difference(found.get("logits")!, expected.get("logits")!, { rtol: 1e-5, atol: 1e-5 })).toBeUndefined();
  });

  test("the same graph gives the same bytes", async () => {
    for (const weights of ["float32", "float16", "uint8", "uint16"] as const) {
      const [first, second] = [await toFiles(classifier(), { weights }), await toFiles(classifier(), { weights })];
      expect([...first.keys()]).toEqual([expect.stringMatching(/^group1-shard1of1-[0-9a-f]{12}\.bin$/), "model.json"]);
      for (const [file, bytes] of first) expect(bytes).toEqual(second.get(file));
    }
  });

  test("files of 4 MiB, through which a tensor runs", async () => {
    const b = createBuilder({ name: "large" });
    const x = b.input("input", "float32", ["N", 1000]);
    b.output(b.node("MatMul", [x, b.initializer(weight("w", [1000, 2200]))], { name: "y" }));
    const graph = b.finish();
    const files = await toFiles(graph);
    const sizes = Array.from(files, ([file, bytes]) => [file.replace(/-[0-9a-f]{12}\./, "."), bytes.byteLength]);
    expect(sizes.pop()![0]).toBe("model.json");
    expect(sizes).toEqual([
      ["group1-shard1of3.bin", SHARD_BYTES],
      ["group1-shard2of3.bin", SHARD_BYTES],
      ["group1-shard3of3.bin", 1000 * 2200 * 4 - 2 * SHARD_BYTES],
    ]);
    const { userDefinedMetadata, weightsManifest } = modelJsonOf(files);
    const digests = userDefinedMetadata["samoyedDigests"] as unknown as Record<string, string>;
    expect(Object.keys(digests)).toEqual(weightsManifest[0]!.paths);
    for (const [file, digest] of Object.entries(digests)) {
      expect(createHash("sha256").update(files.get(file)!).digest("hex")).toBe(digest);
      expect(file).toContain(`-${digest.slice(0, 12)}.bin`);
    }
    const inputs = { input: input([1, 1000]) };
    const found = await runModel(await loadFiles(files), inputs, ["y"]);
    const expected = (await interpret(graph, inputs)).get("y")!;
    expect(difference(found.get("y")!, expected, { rtol: 1e-4, atol: 1e-4 })).toBeUndefined();
  });

  test("names that TensorFlow.js would misread are others inside and the same at the door", async () => {
    const b = createBuilder({ name: "names" });
    const x = b.input("in:put", "float32", [2]);
    b.output(
      b.node("Neg", [b.node("Abs", [x], { name: "constructor" })], { name: "^odd name", outputs: ["__proto__"] }),
    );
    const graph = b.finish();
    const files = await toFiles(graph);
    const names = modelJsonOf(files).modelTopology.node.map(({ name }) => name);
    expect(names).toEqual(["in_put", "constructor_", "v__proto__"]);
    const model = await loadFiles(files);
    expect(model.inputs.map(({ name }) => name)).toEqual(["in_put"]);
    const found = await runModel(model, { "in:put": input([2]) }, ["v__proto__"]);
    expect([...found.get("v__proto__")!.data].every((value) => Number(value) <= 0)).toBe(true);
  });
});

describe("weights in fewer bits", () => {
  test.each([
    ["float16", 0.51],
    ["uint8", 0.27],
    ["uint16", 0.51],
  ] as const)("%s: smaller, near, and biases as they were", async (weights, share) => {
    const graph = convGraph({ groups: 4, channels: 64 });
    const [whole, small] = [
      await toFiles(graph, { groupBudget: 0 }),
      await toFiles(graph, { weights, groupBudget: 0 }),
    ];
    const bytes = (files: ReadonlyMap<string, Uint8Array>): number => onlyShard(files).byteLength;
    expect(bytes(small) / bytes(whole)).toBeLessThan(share);
    const entries = modelJsonOf(small).weightsManifest[0]!.weights;
    const quantized = entries.filter(({ quantization }) => quantization !== undefined);
    expect(quantized.map(({ name }) => name)).toEqual(["", "_1", "_2", "_3"].map((end) => `conv.weight/group${end}`));
    expect(new Set(quantized.map(({ quantization }) => JSON.stringify(quantization))).size).toBe(1);
    const inputs = { input: input([1, 64, 9, 7]) };
    const found = await runModel(await loadFiles(small), inputs, ["conv"]);
    const expected = (await interpret(graph, inputs)).get("conv")!;
    expect(difference(found.get("conv")!, expected, { rtol: 0, atol: 0.3 })).toBeUndefined();
    expect(difference(found.get("conv")!, expected, { rtol: 0, atol: 1e-6 })).toBeDefined();
  });

  test("a merged group's zeros stay zeros", async () => {
    const graph = convGraph({ groups: 4, channels: 8 });
    const results = [];
    for (const groupBudget of [0, 100]) {
      const model = await loadFiles(await toFiles(graph, { weights: "uint8", groupBudget }));
      results.push((await runModel(model, { input: input([1, 8, 9, 7]) }, ["conv"])).get("conv")!);
    }
    expect(difference(results[0]!, results[1]!, { rtol: 0, atol: 1e-6 })).toBeUndefined();
  });

  test("a weight beyond float16 is refused by name", async () => {
    const b = createBuilder({ name: "huge" });
    const data = Float32Array.of(1, 70_000);
    const w = b.initializer(lazyTensor("fc.weight", { dtype: "float32", shape: [1, 2], data }));
    b.output(b.node("MatMul", [b.input("x", "float32", ["N", 1]), w], { name: "y" }));
    await expect(toFiles(b.finish(), { weights: "float16" })).rejects.toThrow(/"fc\.weight" contains 70000/);
  });
});

describe("weights stream", () => {
  test("each is read once, in the graph's order, and written in blocks", async () => {
    const reads: string[] = [];
    const b = createBuilder({ name: "stream" });
    let x = b.input("input", "float32", ["N", 512]);
    const names = Array.from({ length: 8 }, (_, index) => `w${index}`);
    for (const name of names) {
      const info = { name, dtype: "float32", shape: [512, 512] } as const;
      const lazy = lazyFromChunks(info, async function* chunks() {
        reads.push(name);
        yield new Uint8Array(elementCount(info.shape) * 4);
      });
      x = b.node("MatMul", [x, b.initializer(lazy)]);
    }
    b.output(x);
    const writes: number[] = [];
    const createSink = async (): Promise<Sink> => {
      const sink = memorySink();
      return { ...sink, position: 0, write: async (bytes) => void writes.push(bytes.byteLength) };
    };
    await writeTfjs(b.finish(), { createSink });
    expect(reads).toEqual(names);
    expect(Math.max(...writes)).toBeLessThanOrEqual(1 << 20);
  });
});

describe("what cannot be written", () => {
  const sinks = { createSink: async (): Promise<Sink> => memorySink() };

  test("operators that are missing are named with their nodes, all of them", async () => {
    const b = createBuilder({ name: "strange" });
    const image = b.input("x", "float32", ["N", 1, 4, 4]);
    const scale = b.initializer(weight("scale", [1]));
    const bytes = b.node("QuantizeLinear", [image, scale], { name: "bytes" });
    const floats = b.node("DequantizeLinear", [bytes, scale], { name: "floats" });
    b.output(b.node("QuantizeLinear", [floats, scale], { name: "again" }));
    await expect(writeTfjs(b.finish(), sinks)).rejects.toThrow(
      'TensorFlow.js: QuantizeLinear (node "bytes"), DequantizeLinear (node "floats"), QuantizeLinear (node "again")',
    );
  });

  test("what an operator cannot be is named with its node", async () => {
    const b = createBuilder({ name: "pool" });
    const x = b.input("x", "float32", ["N", 1, 6, 6]);
    const attributes = { kernel_shape: ints([2, 2]), dilations: ints([2, 2]) };
    b.output(b.node("MaxPool", [x], { name: "holes", attributes }));
    await expect(writeTfjs(b.finish(), sinks)).rejects.toThrow('node "holes" (MaxPool) has dilation');
    const c = createBuilder({ name: "double" });
    c.output(c.node("Relu", [c.input("x", "float64", [2])], { name: "act" }));
    await expect(writeTfjs(c.finish(), sinks)).rejects.toThrow(/float64, which TensorFlow\.js does not compute with/);
  });

  test("a contract of another graph, a budget below zero", async () => {
    const graph = classifier();
    const contract = { ...contractFor(graph), output: "scores" };
    await expect(writeTfjs(graph, { ...sinks, contract })).rejects.toThrow('the contract names "scores"');
    for (const groupBudget of [-0.1, NaN]) {
      await expect(writeTfjs(graph, { ...sinks, groupBudget })).rejects.toThrow(UsageError);
    }
  });

  test.each([
    ["fewer", 100],
    ["more", 5000],
  ])("a weight that yields %s bytes than it says", async (_, byteLength) => {
    for (const op of ["MatMul", "Conv"] as const) {
      const b = createBuilder({ name: "liar" });
      const shape = op === "MatMul" ? [8, 8] : [8, 8, 1, 1];
      const whole = weight("w", shape);
      const lying = {
        ...lazyFromChunks(whole, async function* chunks() {
          yield new Uint8Array(byteLength);
        }),
      };
      const x = b.input("x", "float32", op === "MatMul" ? ["N", 8] : ["N", 8, 2, 2]);
      b.output(b.node(op, [x, b.initializer(lying)], { name: "y" }));
      await expect(writeTfjs(b.finish(), sinks)).rejects.toThrow(ShapeError);
    }
  });

  test("a sink that fails, and an abort", async () => {
    const full = {
      createSink: async (): Promise<Sink> => ({
        ...memorySink(),
        position: 0,
        write: () => Promise.reject(new Error("disk full")),
      }),
    };
    await expect(writeTfjs(classifier(), full)).rejects.toThrow("disk full");
    await expect(writeTfjs(classifier(), { ...sinks, signal: AbortSignal.abort() })).rejects.toThrow(AbortedError);
  });

  test("bounds that the network computes, one or both, in the wrong order as well", async () => {
    const b = createBuilder({ name: "bounds" });
    const x = b.input("x", "float32", [6]);
    const zero = b.initializer(lazyTensor("zero", { dtype: "float32", shape: [], data: Float32Array.of(0) }));
    const least = b.node("ReduceMin", [x], { name: "least", attributes: { keepdims: int(0) } });
    const mean = b.node("ReduceMean", [x], { name: "mean", attributes: { keepdims: int(0) } });
    const names = ["above", "below", "between", "wrong", "mixed"];
    const bounds = [[mean], ["", mean], [least, mean], [mean, least], [mean, zero]];
    for (const [index, name] of names.entries()) b.output(b.node("Clip", [x, ...bounds[index]!], { name }));
    const graph = b.finish();
    const inputs = { x: input([6]) };
    const found = await runModel(await loadFiles(await toFiles(graph)), inputs, names);
    for (const [name, expected] of await interpret(graph, inputs)) {
      expect(difference(found.get(name)!, expected, { rtol: 1e-6, atol: 1e-7 }), name).toBeUndefined();
    }
  });

  test("the order of outputs whose names are integers, as PyTorch's exporter writes them, is kept", async () => {
    const outputsOf = async (names: readonly string[]): Promise<Record<string, any>> => {
      const b = createBuilder({ name: "order" });
      const x = b.input("x", "float32", [6]);
      for (const name of names) b.output(b.node("Relu", [x], { name }));
      return JSON.parse(new TextDecoder().decode((await toFiles(b.finish())).get("model.json")));
    };
    const { signature, userDefinedMetadata } = await outputsOf(["792", "81", "other"]);
    expect(Object.keys(signature.outputs)).toEqual(["81", "792", "other"]);
    expect(userDefinedMetadata.samoyedOrder).toEqual({ inputs: ["x"], outputs: ["792", "81", "other"] });
    expect((await outputsOf(["81", "792", "other"])).userDefinedMetadata).toEqual({ samoyedLayout: "nchw" });
  });

  test("slopes above one and bounds in the wrong order mean what ONNX says", async () => {
    const b = createBuilder({ name: "edges" });
    const x = b.input("x", "float32", [6]);
    const bound = (name: string, value: number): string =>
      b.initializer(lazyTensor(name, { dtype: "float32", shape: [], data: Float32Array.of(value) }));
    b.output(b.node("LeakyRelu", [x], { name: "steep", attributes: { alpha: float(2) } }));
    b.output(b.node("Clip", [x, bound("low", 0.5), bound("high", -0.5)], { name: "clip" }));
    const graph = b.finish();
    const inputs = { x: input([6]) };
    const found = await runModel(await loadFiles(await toFiles(graph)), inputs, ["steep", "clip"]);
    for (const [name, expected] of await interpret(graph, inputs)) {
      expect(difference(found.get(name)!, expected, { rtol: 1e-6, atol: 0 })).toBeUndefined();
    }
  });
});
