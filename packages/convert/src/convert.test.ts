import { createHash } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { openCheckpoint, stateDict, writeSafetensors } from "@samoyed/checkpoint";
import { type LazyTensor, lazyFromChunks, memorySink, memorySource, type Tensor, toFloat32 } from "@samoyed/core";
import { fileSink, modelFilesAt } from "@samoyed/core/node";
import { type OnnxModel, readOnnx } from "@samoyed/format-onnx";
import { createBuilder, interpret } from "@samoyed/graph";
import type { Graph } from "@samoyed/ir";
import { buildModel, identifyModel } from "@samoyed/models";
import { testContract } from "@samoyed/test-support/contract";
import { describe, expect, test } from "vitest";
import { golden, SHAPES, useWorkplace } from "../test/workplace.ts";
import { convertCheckpoint } from "./convert-checkpoint.ts";
import { convertFile } from "./convert-file.ts";
import { formatNamed } from "./format-named.ts";
import { FORMATS } from "./formats.ts";
import { UNKNOWN_HASH } from "./unknown-hash.ts";
import { VERSION } from "./version.ts";

const { preprocess: PREPROCESS } = testContract({
  preprocess: { inputSize: [3, 96, 96], cropPct: 0.875, mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
});

const { folder, openFile } = useWorkplace();

async function sha256Of(path: string): Promise<string> {
  return createHash("sha256")
    .update(await readFile(path))
    .digest("hex");
}

/** An input like a photograph's tensor: values of a few units, the same each time. */
function input(size = 64): Tensor<"float32"> {
  const data = Float32Array.from(
    { length: 3 * size * size },
    (_, i) => 2 * Math.sin(i * 0.37) + Math.cos(i * i * 0.001),
  );
  return { dtype: "float32", shape: [1, 3, size, size], data };
}

async function answer(graph: Graph, name = "logits"): Promise<Float32Array> {
  return toFloat32((await interpret(graph, { input: input() })).get(name)!);
}

function largestDifference(a: Float32Array, b: Float32Array): number {
  expect(a.length).toBe(b.length);
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);
}

/** The network as PyTorch has it: batch norms and all, nothing rewritten. */
async function original(): Promise<Graph> {
  const { tensors } = stateDict(await openCheckpoint(await openFile(SHAPES)));
  return buildModel({ ...(await identifyModel(tensors)), tensors });
}

async function written(file: string): Promise<OnnxModel> {
  return readOnnx(memorySource(new Uint8Array(await readFile(join(folder(), file)))));
}

describe("the trained checkpoint", () => {
  test("becomes an ONNX file that computes the same, with the contract inside", async () => {
    const labels = (await readFile(golden("trained/labels.txt"), "utf8")).trimEnd().split("\n");
    const progress: { done: number; total: number }[] = [];
    const report = await convertFile(SHAPES, {
      outDir: folder(),
      labels,
      preprocess: PREPROCESS,
      license: "apache-2.0",
      references: [{ kind: "recorded", source: "torch", top: [{ index: 1, probability: 0.5 }] }],
      onProgress: (step) => progress.push(step),
    });
    expect(await readdir(folder())).toEqual([report.files[0]!.file]);
    const bytes = await readFile(join(folder(), report.files[0]!.file));
    expect(report).toMatchObject({ numClasses: 10, preprocessFrom: "given", unwrapped: ["state_dict", "module."] });
    expect(report.files).toEqual([{ format: "onnx", file: `${report.model}.onnx`, byteLength: bytes.byteLength }]);
    expect(report.rewrites.find(({ rewrite }) => rewrite === "foldBatchNorm")).toMatchObject({ declined: [] });
    expect(bytes.includes(UNKNOWN_HASH)).toBe(false);

    const { graph, contract } = await written(report.files[0]!.file);
    expect(contract).toEqual(report.contract);
    expect(contract).toEqual({
      version: 1,
      model: report.model,
      task: "logits",
      input: "input",
      output: "logits",
      preprocess: PREPROCESS,
      labels,
      weights: "float32",
      license: "apache-2.0",
      source: { name: "shapes.pth", sha256: await sha256Of(SHAPES) },
      assumptions: report.assumptions.map(({ setting, value, origin, source }) => ({
        setting,
        value,
        origin,
        ...(source !== undefined && { source }),
      })),
      references: [{ kind: "recorded", source: "torch", top: [{ index: 1, probability: 0.5 }] }],
      generator: `samoyed ${VERSION}`,
    });
    expect(contract?.assumptions).toContainEqual({ setting: "activation", value: "relu", origin: "assumed" });
    expect(graph.inputs[0]!.shape).toEqual(["N", 3, 96, 96]);
    expect(graph.nodes.some(({ op }) => op === "BatchNormalization")).toBe(false);
    expect(progress.at(-1)!.done).toBe(progress.at(-1)!.total);
    expect(progress.every(({ done }, i) => i === 0 || done >= progress[i - 1]!.done)).toBe(true);
  });

  test("computes what the network as PyTorch has it computes", async () => {
    const expected = await answer(await original());
    for (const fold of [true, false]) {
      const report = await convertFile(SHAPES, { outDir: folder(), fold });
      const { graph } = await written(report.files[0]!.file);
      const difference = largestDifference(await answer(graph), expected);
      // Folding rounds each weight once: the logits, of a few units, move by some float32 ulps (measured: 2e-6).
      expect(difference).toBeLessThan(fold ? 1e-5 : Number.MIN_VALUE);
      expect(report.rewrites.length === 0).toBe(!fold);
      expect(graph.inputs[0]!.shape).toEqual(["N", 3, "H", "W"]);
    }
  });

  test("is the same network in both of PyTorch's formats, and the same bytes each time", async () => {
    const files: Buffer[] = [];
    for (const source of [SHAPES, SHAPES, golden("trained/shapes-legacy.pth")]) {
      const sink = memorySink();
      await convertCheckpoint(await openFile(source), {
        createSink: async () => sink,
        sourceName: "/somewhere/shapes.pth",
        sourceSha256: "ab".repeat(32),
      });
      files.push(Buffer.from(sink.bytes()));
    }
    expect(files[1]!.equals(files[0]!)).toBe(true);
    expect(files[2]!.equals(files[0]!)).toBe(true);
  });

  test("is hashed in plain JavaScript where nobody else does", async () => {
    const sink = memorySink();
    const report = await convertCheckpoint(await openFile(SHAPES), { createSink: async () => sink });
    expect(report.contract.source).toEqual({ name: "shapes.pth", sha256: await sha256Of(SHAPES) });
  });

  test("keeps labels and names that look like the place of the hash", async () => {
    const labels = Array.from({ length: 10 }, (_, i) => (i === 3 ? UNKNOWN_HASH : `"sha256":"${UNKNOWN_HASH}" ${i}`));
    const path = join(folder(), `${UNKNOWN_HASH}.pth`);
    await writeFile(path, await readFile(SHAPES));
    const formats = FORMATS.map(({ name }) => name);
    const { files } = await convertFile(path, { outDir: folder(), labels, formats });
    const source = { name: `${UNKNOWN_HASH}.pth`, sha256: await sha256Of(SHAPES) };
    for (const { name, describe } of FORMATS) {
      const entry = files.find(({ format }) => format === name)!.file;
      expect((await describe(modelFilesAt(join(folder(), entry)), {})).contract).toMatchObject({ labels, source });
    }
  });

  test("gives features and taps when asked", async () => {
    const report = await convertFile(SHAPES, { outDir: folder(), features: true, taps: true, preprocess: PREPROCESS });
    const { graph, contract } = await written(report.files[0]!.file);
    expect(report.files.map(({ file }) => file)).toEqual([`${report.model}.features.onnx`]);
    expect(contract).toMatchObject({ task: "features", output: "features" });
    expect(contract!.taps).toEqual(graph.outputs.slice(1).map(({ name }) => name));
    expect(contract!.taps!.length).toBeGreaterThan(3);
    expect(contract).not.toHaveProperty("labels");
    const taps = await interpret(graph, { input: { ...input(96) } });
    expect(taps.get("features")!.shape).toEqual([1, 256]);
  });

  test("keeps its answers with weights of half the size", async () => {
    const whole = await convertFile(SHAPES, { outDir: join(folder(), "32") });
    const half = await convertFile(SHAPES, { outDir: join(folder(), "16"), weights: "float16" });
    expect(half.files[0]!.byteLength).toBeLessThan(0.6 * whole.files[0]!.byteLength);
    expect(half.contract.weights).toBe("float16");
    const expected = await answer((await written(join("32", whole.files[0]!.file))).graph);
    const got = await answer((await written(join("16", half.files[0]!.file))).graph);
    const difference = largestDifference(got, expected);
    // Each weight moves by at most 2^-11 of itself; over 17 layers the logits move by about as much.
    expect(difference).toBeLessThan(0.05);
    expect(difference).toBeGreaterThan(0);
    expect(got.indexOf(Math.max(...got))).toBe(expected.indexOf(Math.max(...expected)));
  });

  test("is labelled a stand-in where it is said to be one", async () => {
    const report = await convertFile(SHAPES, { outDir: folder(), standIn: "seeded, not trained" });
    expect((await written(report.files[0]!.file)).contract!.standIn).toBe("seeded, not trained");
    expect(report.warnings.join(" ")).toContain("No labels were given");
  });
});

test("a checkpoint in shards beside its index", async () => {
  const { tensors } = stateDict(await openCheckpoint(await openFile(SHAPES)));
  const all = [...tensors.values()];
  const weightMap: Record<string, string> = {};
  for (const [i, part] of [all.slice(0, 40), all.slice(40)].entries()) {
    const file = `model-0000${i + 1}-of-00002.safetensors`;
    const sink = await fileSink(join(folder(), file));
    await writeSafetensors(part, sink);
    await sink.commit();
    for (const { name } of part) {
      weightMap[name] = file;
    }
  }
  const index = join(folder(), "model.safetensors.index.json");
  await writeFile(index, JSON.stringify({ metadata: {}, weight_map: weightMap }));
  const report = await convertFile(index, { outDir: join(folder(), "out") });
  const { graph } = await written(join("out", report.files[0]!.file));
  expect(largestDifference(await answer(graph), await answer(await original()))).toBeLessThan(1e-5);
});

test.each([
  ["that has a checksum in its name", "huge.onnx-912c9be0.data"],
  ["of a plain name, where files cannot be renamed", undefined],
])("a model of more than 2 GiB gets its weights into a second file %s", async (_, expected) => {
  const names: string[] = [];
  let model = "";
  const chunk = new Uint8Array(1 << 24);
  const huge: LazyTensor = lazyFromChunks({ name: "w", dtype: "uint8", shape: [129, 1 << 24] }, async function* () {
    for (let i = 0; i < 129; i++) {
      yield chunk;
    }
  });
  const builder = createBuilder({ name: "huge" });
  builder.input("input", "uint8", ["N"]);
  builder.output(builder.node("Identity", [builder.initializer(huge)], { name: "output" }));
  const sizes = new Map<string, number>();
  const { write } = await formatNamed("onnx")!.prepare(builder.finish(), {
    weights: "float32",
    options: {},
    contract: {
      version: 1,
      model: "m",
      task: "logits",
      input: "input",
      output: "output",
      preprocess: PREPROCESS,
      weights: "float32",
      generator: "samoyed",
    },
  });
  const { entry } = await write({
    name: "huge",
    createSink: async (file) => ({
      position: 0,
      async write(bytes) {
        sizes.set(file, (sizes.get(file) ?? 0) + bytes.byteLength);
        if (file === "huge.onnx") model += new TextDecoder("latin1").decode(bytes);
      },
      ...(expected !== undefined && { rename: (name: string) => void names.push(name) }),
      patch: async () => undefined,
      commit: async () => undefined,
      abort: async () => undefined,
    }),
  });
  expect(entry).toBe("huge.onnx");
  expect([...sizes.keys()]).toEqual(["huge.onnx.data", "huge.onnx"]);
  expect(sizes.get("huge.onnx.data")).toBe(129 * (1 << 24));
  expect(names).toEqual(expected === undefined ? [] : [expected]);
  expect(model).toContain(expected ?? "huge.onnx.data");
});

test("the version is the package's", async () => {
  const manifest = JSON.parse(await readFile(new URL("../package.json", import.meta.url), "utf8")) as {
    version: string;
  };
  expect(VERSION).toBe(manifest.version);
});
