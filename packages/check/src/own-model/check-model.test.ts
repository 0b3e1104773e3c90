import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openCheckpoint, writeSafetensors } from "@samoyed/checkpoint";
import { FORMATS } from "@samoyed/convert";
import { convertFile, hashFile, openSourceGraph } from "@samoyed/convert/node";
import { castTensor, type LazyTensor, lazyTensor, memorySink, type Tensor } from "@samoyed/core";
import { fileSource } from "@samoyed/core/node";
import { BackendCrash, type CaseResult } from "@samoyed/golden";
import { interpret, widenToFloat64 } from "@samoyed/graph";
import { preprocessImage } from "@samoyed/preprocess";
import { smyd } from "@samoyed/runtime-smyd";
import { afterAll, beforeAll, expect, test } from "vitest";
import { checkModel } from "./check-model.ts";

const shapes = (file: string): string => fileURLToPath(new URL(`../../../../golden/${file}`, import.meta.url));
const CHECKPOINT = shapes("trained/shapes.pth");
const IMAGE = { name: "image", read: async () => new Uint8Array(readFileSync(shapes("trained/images/000.jpg"))) };
const SMYD = FORMATS.find(({ name }) => name === "smyd")!;

let folder = "";
let artifact = "";
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "samoyed-own-"));
  const { files } = await convertFile(CHECKPOINT, { formats: ["smyd"], outDir: folder });
  artifact = join(folder, files[0]!.file);
});
afterAll(() => rmSync(folder, { recursive: true }));

const checked = (path: string, options: Partial<Parameters<typeof checkModel>[1]> = {}): Promise<CaseResult> =>
  checkModel(path, { format: SMYD, backends: [smyd()], images: [IMAGE], ...options });
const source = { path: CHECKPOINT, name: "model.pth" };

function indexOfLargest(values: Float32Array): number {
  return values.reduce((most, value, index) => (Math.abs(value) > Math.abs(values[most]!) ? index : most), 0);
}

/** The checkpoint with the largest weight of the first layer 1 % larger. */
async function changedCheckpoint(): Promise<string> {
  const file = await fileSource(CHECKPOINT);
  const { tensors } = await openCheckpoint(file);
  const changed: LazyTensor[] = [];
  for (const [name, lazy] of tensors) {
    const values = new Float32Array((await lazy.read()).slice().buffer);
    if (name.endsWith("module.conv1.weight")) values[indexOfLargest(values)]! *= 1.01;
    const tensor = { dtype: "float32" as const, shape: lazy.shape, data: values };
    changed.push(lazy.dtype === "float32" ? lazyTensor(name, tensor) : lazy);
  }
  const sink = memorySink();
  await writeSafetensors(changed, sink);
  await file.close();
  await sink.commit();
  const path = join(folder, "changed.safetensors");
  writeFileSync(path, sink.bytes());
  return path;
}

test("a model passes against its checkpoint, interpreted: the kind is named, and what it does not prove", async () => {
  const result = await checked(artifact, { checkpoint: source });
  const [backend] = result.backends;
  expect(backend).toMatchObject({ verdict: { kind: "passed" }, references: ["interpreted"] });
  expect(backend!.comparison!.maxInNoise).toBeLessThan(8);
  expect(backend!.comparison!.maxAbs).toBeGreaterThan(0);
  expect(result.statements[0]).toContain("it cannot prove that the network was read as PyTorch runs it");
  expect(result.preprocess.status).toBe("not run");
});

test("without images, the inputs are noise from a seed, and the result says so", async () => {
  const { statements, backends } = await checked(artifact, { checkpoint: source, images: [] });
  expect(statements[1]).toContain("noise from the seed check-1");
  expect(backends[0]).toMatchObject({ verdict: { kind: "passed" } });
});

test("a model without a source is checked against itself", async () => {
  const { title, backends } = await checked(artifact);
  expect(title).toContain("itself");
  expect(backends[0]).toMatchObject({ verdict: { kind: "passed" } });
});

test("a setting that the conversion was given is part of the source, and another model's is not", async () => {
  const assume = new Map([["activation", "silu"]]);
  const { files } = await convertFile(CHECKPOINT, { formats: ["smyd"], outDir: join(folder, "silu"), assume });
  const { backends } = await checked(join(folder, "silu", files[0]!.file), { checkpoint: source });
  expect(backends[0]).toMatchObject({ verdict: { kind: "passed" } });
});

test("a backend whose process ends, or that throws at its end, is crashed", async () => {
  const engine = smyd();
  const ends = { ...engine, load: () => Promise.reject(new BackendCrash("its process ended")) };
  const throws = {
    ...engine,
    load: async (...given: Parameters<typeof engine.load>) => ({
      ...(await engine.load(...given)),
      dispose: () => Promise.reject(new Error("no end")),
    }),
  };
  const { backends } = await checked(artifact, { backends: [ends, throws] });
  expect(backends.map(({ verdict }) => verdict)).toEqual([
    { kind: "crashed", reason: "its process ended" },
    { kind: "crashed", reason: "at its end: no end" },
  ]);
});

test("one weight that is 1 % larger fails", async () => {
  const path = await changedCheckpoint();
  const { files } = await convertFile(path, {
    formats: ["smyd"],
    outDir: join(folder, "changed"),
    // The artifact claims to be of the original.
    sourceSha256: await hashFile(CHECKPOINT),
  });
  const { backends } = await checked(join(folder, "changed", files[0]!.file), { checkpoint: source });
  expect(backends[0]).toMatchObject({ verdict: { kind: "failed" } });
});

test("a model that was made from another checkpoint is an error", async () => {
  const checkpoint = { path: await changedCheckpoint(), name: "changed.safetensors" };
  await expect(checked(artifact, { checkpoint })).rejects.toThrow(
    /was made from .* changed\.safetensors has [0-9a-f]{64}/,
  );
});

/** A reference file as the script writes it, from the interpreter, with one value of an output changed. */
async function referenceFile(change = 0, version = "1"): Promise<string> {
  const { graph, close } = await openSourceGraph(CHECKPOINT);
  const { contract } = await SMYD.describe({ label: artifact, local: true, open: () => fileSource(artifact) }, {});
  const { tensor } = await preprocessImage(await IMAGE.read(), contract!.preprocess);
  const input: Tensor = { ...tensor, shape: [1, ...tensor.shape] };
  const [float64] = (await interpret(widenToFloat64(graph), { input: castTensor(input, "float64") })).values();
  const [float32] = (await interpret(graph, { input })).values();
  await close();
  (float64!.data as Float64Array)[0]! += change;
  (float32!.data as Float32Array)[0]! += change;
  const sink = memorySink();
  const tensors = [
    lazyTensor("input.0.input", input),
    lazyTensor("output64.0.logits", float64!),
    lazyTensor("output32.0.logits", float32!),
  ];
  await writeSafetensors(tensors, sink, { metadata: { "samoyed.reference": version, torch: "2.13.0" } });
  await sink.commit();
  const path = join(folder, `reference-${change}-${version}.safetensors`);
  writeFileSync(path, sink.bytes());
  return path;
}

test("a recorded reference decides, and its inputs are those of the images to the bit", async () => {
  const result = await checked(artifact, { reference: await referenceFile() });
  expect(result.backends[0]).toMatchObject({ references: ["recorded"] });
  expect(result.preprocess).toMatchObject({ status: "passed" });
  expect(result.statements[0]).toContain("PyTorch 2.13.0 gave it");
});

test("a value that differs from the recorded one fails", async () => {
  const { backends } = await checked(artifact, { reference: await referenceFile(0.001) });
  expect(backends[0]).toMatchObject({ verdict: { kind: "failed" } });
});

test("another version, another number of images and other files are errors", async () => {
  await expect(checked(artifact, { reference: await referenceFile(0, "2") })).rejects.toThrow(
    /version "2"; expected 1/,
  );
  await expect(checked(artifact, { reference: artifact })).rejects.toThrow(/no reference/);
  const reference = await referenceFile();
  await expect(checked(artifact, { reference, images: [IMAGE, IMAGE] })).rejects.toThrow(/1 images; 2 were given/);
});
