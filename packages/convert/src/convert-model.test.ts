import { lazyTensor, memorySink, memorySource, type Sink, UnsupportedError } from "@samoyed/core";
import { writeOnnx } from "@samoyed/format-onnx";
import { readSmyd } from "@samoyed/format-smyd";
import { createBuilder } from "@samoyed/graph";
import { type Graph, int } from "@samoyed/ir";
import { testContract } from "@samoyed/test-support/contract";
import { describe, expect, test } from "vitest";
import { convertModel, type ConvertModelOptions } from "./convert-model.ts";

/** Images [N, 3, size, size] to two logits. */
function classifier(): Graph {
  const b = createBuilder({ name: "net" });
  const x = b.input("x", "float32", ["N", 3, "H", "W"]);
  b.output(b.node("Flatten", [b.node("GlobalAveragePool", [x], { name: "pool" })], { name: "features" }));
  return b.finish();
}

async function bytesOf(graph: Graph, contract = false): Promise<Uint8Array> {
  const sink = memorySink();
  const parts = { model: "net", input: "x", output: "features", preprocess: { inputSize: [3, 8, 8] as const } };
  await writeOnnx(graph, { sink, ...(contract && { contract: testContract({ ...parts, labels: ["a", "b", "c"] }) }) });
  await sink.commit();
  return sink.bytes();
}

function convert(bytes: Uint8Array, options: Partial<ConvertModelOptions> = {}): ReturnType<typeof convertModel> {
  const createSink = async (): Promise<Sink> => memorySink();
  return convertModel(memorySource(bytes, "net.onnx"), {
    from: "onnx",
    formats: ["tfjs"],
    name: "net",
    createSink,
    ...options,
  });
}

describe("a model without a contract", () => {
  test("stays so where nothing is said", async () => {
    const { contract, warnings } = await convert(await bytesOf(classifier()));
    expect([contract, warnings]).toEqual([undefined, []]);
  });

  test("gets one, whose task is classification whatever the output's name, and whose hash is the file's", async () => {
    const preprocess = { inputSize: [3, 8, 6] as const };
    const { contract, warnings } = await convert(await bytesOf(classifier()), { preprocess, labels: ["a", "b", "c"] });
    expect(contract).toMatchObject({ task: "logits", output: "features", labels: ["a", "b", "c"], preprocess });
    expect(contract!.source!.sha256).toMatch(/^(?!0{64})[\da-f]{64}$/);
    expect(warnings).toEqual([expect.stringMatching(/^Assumed.*bicubic, crop 0\.875, center crop, mean .*, std /)]);
  });

  test("says nothing of settings that were all given", async () => {
    const preprocess = { inputSize: [3, 8, 8], interpolation: "bilinear", cropPct: 1, cropMode: "center" } as const;
    const colors = { mean: [0, 0, 0], std: [1, 1, 1] };
    const given = { preprocess: { ...preprocess, ...colors }, labels: ["a", "b", "c"] };
    expect((await convert(await bytesOf(classifier()), given)).warnings).toEqual([]);
  });
});

test("a model that quantizes its values while it runs says so, and is converted", async () => {
  const b = createBuilder({ name: "net" });
  const x = b.input("x", "float32", [2, 3]);
  const weight = b.initializer(
    lazyTensor("w", { dtype: "int8", shape: [3, 2], data: Int8Array.of(1, -2, 3, 4, 5, 6) }),
  );
  b.node("DynamicQuantizeLinear", [x], { name: "quantize", outputs: ["bytes", "scale", "zero"] });
  const product = b.node("MatMulInteger", ["bytes", weight, "zero"], { name: "product" });
  const float = b.node("Cast", [product], { name: "float", attributes: { to: int(1) } });
  b.output(b.node("Mul", [float, "scale"], { name: "y" }));
  const { warnings } = await convert(await bytesOf(b.finish()), { formats: ["onnx", "tfjs", "smyd"] });
  expect(warnings).toEqual([expect.stringContaining("quantizes its values while it runs")]);
});

test("an input that gets a value is no input of what is written", async () => {
  const b = createBuilder({ name: "net" });
  b.output(b.node("Mul", [b.input("x", "float32", [2]), b.input("gain", "float32", [])], { name: "y" }));
  const sink = memorySink();
  await convert(await bytesOf(b.finish()), {
    values: new Map([["gain", 2]]),
    formats: ["smyd"],
    createSink: async () => sink,
  });
  const { graph } = await readSmyd(memorySource(sink.bytes(), "net.smyd"));
  expect(graph.inputs.map(({ name }) => name)).toEqual(["x"]);
});

test("a model with a contract keeps it; sizes that it does not prepare are refused", async () => {
  const bytes = await bytesOf(classifier(), true);
  expect((await convert(bytes, { sizes: new Map([["H", 8]]) })).contract).toMatchObject({ labels: ["a", "b", "c"] });
  await expect(convert(bytes, { sizes: new Map([["H", 9]]) })).rejects.toThrow(
    /takes \[3, 9, W\], and the model's contract/,
  );
  await expect(convert(bytes, { labels: ["a"] })).rejects.toThrow(/has a contract/);
});

test("operators that are not known are named all at once", async () => {
  const b = createBuilder({ name: "net" });
  const known = b.node("Relu", [b.input("x", "float32", [2])], { name: "relu" });
  b.output(b.node("Neg", [known], { name: "y" }));
  const bytes = await bytesOf(b.finish());
  // The names of two operators, of as many letters, in the file's text.
  const text = Buffer.from(bytes).toString("latin1").replace("Relu", "Lulu").replace("Neg", "Nog");
  const error: unknown = await convert(Buffer.from(text, "latin1")).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(UnsupportedError);
  expect(String(error)).toMatch(/not known here: node "relu" \(Lulu\), node "y" \(Nog\)/);
});
