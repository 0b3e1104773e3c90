// The trained checkpoint through every way of converting it: what must stay the same does.
import { copyFileSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseNpy, type PreprocessConfig, type Tensor } from "@samoyed/core";
import type { BackendResult, LoadedCase, Preprocess } from "@samoyed/golden";
import { loadCase } from "@samoyed/golden/node";
import { preprocessImage, type TransformResult } from "@samoyed/preprocess";
import { onnxruntimeNode } from "@samoyed/runtime-onnx";
import { beforeAll, describe, expect, test } from "vitest";
import { runOn, statusOf } from "./support/chain.ts";
import { ARROW, filesIn, GOLDEN, LABELS, SHAPES, SHAPES_SETTINGS, temporaryFolder } from "./support/folders.ts";
import { runMain } from "./support/run-main.ts";

const folder = temporaryFolder();
const LEGACY = join(GOLDEN, "trained", "shapes-legacy.pth");
let loaded: LoadedCase;

beforeAll(async () => {
  loaded = await loadCase(join(GOLDEN, "cases", "shapes"));
});

/** Converts with the command line and gives the path of the one file that it wrote. */
async function convert(name: string, options: readonly string[] = [], source: string = SHAPES): Promise<string> {
  const out = join(folder, name);
  const labels = options.includes("--features") ? [] : ["--labels", LABELS];
  const argv = ["convert", source, ...labels, ...SHAPES_SETTINGS, ...options, "--out", out];
  const { code, stderr } = await runMain(argv);
  expect([code, stderr]).toEqual([0, ""]);
  const files = filesIn(out);
  expect(files).toHaveLength(1);
  return join(out, files[0]!);
}

/** The case on a converted file. */
async function check(model: string, preprocess?: Preprocess): Promise<BackendResult> {
  const session = await onnxruntimeNode().load(model);
  try {
    return (await runOn(loaded, { session, ...(preprocess ? { preprocess } : {}) })).backend;
  } finally {
    await session.dispose();
  }
}

/** `samoyed run` on an image's tensor: every value that came out, by the end of its file's name. */
async function run(model: string, name: string, options: readonly string[] = []): Promise<Map<string, Tensor>> {
  const out = join(folder, name);
  mkdirSync(out);
  const input = join(folder, `${name}.npy`);
  expect((await runMain(["preprocess", ARROW, ...SHAPES_SETTINGS, "--out", input])).code).toBe(0);
  const argv = ["run", model, "--input", input, "--output", join(out, "y.npy"), ...options];
  const { code, stderr } = await runMain(argv);
  expect([code, stderr]).toEqual([0, ""]);
  return new Map(
    filesIn(out).map((file) => [
      file.replace(/^y\.?|\.?npy$/g, ""),
      parseNpy(new Uint8Array(readFileSync(join(out, file)))),
    ]),
  );
}

const distance = (a: Tensor, b: Tensor): number => {
  expect(a.shape).toEqual(b.shape);
  const other = b.data as Float32Array;
  return (a.data as Float32Array).reduce((most, value, index) => Math.max(most, Math.abs(value - other[index]!)), 0);
};

test("PyTorch's 100 predictions and its accuracy", async () => {
  const backend = await check(await convert("plain"));
  expect(backend.verdict).toEqual({ kind: "passed", notes: [] });
  expect(backend.accuracy).toMatchObject({ images: 100, correct: 98, same: 100 });
});

test("the old container gives the same bytes, but for the hash of the source", async () => {
  const zip = readFileSync(await convert("zip"), "latin1");
  mkdirSync(join(folder, "renamed"));
  const renamed = join(folder, "renamed", "shapes.pth");
  copyFileSync(LEGACY, renamed);
  const legacy = readFileSync(await convert("legacy", [], renamed), "latin1");
  const { sha256 } = (await runMain(["inspect", join(folder, "zip", filesIn(join(folder, "zip"))[0]!), "--json"])).json
    .contract.source;
  const other = (await runMain(["inspect", join(folder, "legacy", filesIn(join(folder, "legacy"))[0]!), "--json"])).json
    .contract.source.sha256;
  expect(sha256).not.toBe(other);
  expect(legacy.split(other)).toHaveLength(2);
  expect(legacy.replace(other, sha256) === zip, "the bytes").toBe(true);
});

test("two runs give the same bytes", async () => {
  for (const options of [[], ["--weights", "float16"], ["--taps", "--no-fold"]]) {
    const name = `again${options.join("")}`;
    const first = readFileSync(await convert(`${name} 1`, options));
    const second = readFileSync(await convert(`${name} 2`, options));
    expect(first.equals(second), options.join(" ")).toBe(true);
  }
});

test("batch norms that were kept give the same logits, within the same gate", async () => {
  const model = await convert("unfolded", ["--no-fold"]);
  const { json } = await runMain(["inspect", model, "--json"]);
  expect(json.operators).toMatchObject({ Conv: 17, BatchNormalization: 17 });
  const backend = await check(model);
  expect(backend.verdict.kind).toBe("passed");
  expect(backend.comparison!.maxInNoise).toBeLessThan(8);
});

describe("float16 weights", () => {
  test("half the size, the same 100 predictions, and a difference that the float32 gate sees", async () => {
    const model = await convert("half", ["--weights", "float16"]);
    const whole = readFileSync(await convert("whole")).byteLength;
    expect(readFileSync(model).byteLength / whole).toBeLessThan(0.55);
    const backend = await check(model);
    expect(backend.accuracy).toMatchObject({ images: 100, correct: 98, same: 100 });
    // Rounded weights are other weights: their gate is another reference (docs/tolerances.md), not this one.
    expect(statusOf(backend, "max")).toBe("failed");
    expect(backend.comparison!.maxAbs).toBeLessThan(0.02);
  });
});

describe("mistakes in the pictures", () => {
  const swap = (bytes: Uint8Array, config: PreprocessConfig): TransformResult => {
    const { tensor, geometry } = preprocessImage(bytes, config);
    const plane = tensor.data.length / 3;
    const data = new Float32Array(tensor.data.length);
    for (const channel of [0, 1, 2]) {
      data.set(tensor.data.subarray(channel * plane, (channel + 1) * plane), (2 - channel) * plane);
    }
    return { tensor: { ...tensor, data }, geometry };
  };

  test("swapped channels fail, and change predictions", async () => {
    const backend = await check(await convert("swapped"), swap);
    expect(backend.verdict.kind).toBe("failed");
    expect(statusOf(backend, "max")).toBe("failed");
    expect(statusOf(backend, "predictions")).toBe("failed");
    expect(backend.accuracy!.same).toBeLessThan(100);
    expect(backend.accuracy!.correct).toBeLessThan(98);
  });

  test("another filter fails on the same grounds, though most predictions stay", async () => {
    const backend = await check(await convert("bilinear"), (bytes, config) =>
      preprocessImage(bytes, { ...config, interpolation: "bilinear" }),
    );
    expect(backend.verdict.kind).toBe("failed");
    expect(backend.accuracy!.same).toBeGreaterThan(50);
  });
});

describe("other outputs", () => {
  test("--features gives what enters the classifier", async () => {
    const features = await run(await convert("features", ["--features"]), "features-run");
    expect([...features.keys()]).toEqual([""]);
    expect(features.get("")!.shape).toEqual([1, 256]);
    const tapped = await run(await convert("logits"), "logits-run", ["--taps", "global_pool.flatten"]);
    expect(distance(features.get("")!, tapped.get("global_pool.flatten")!)).toBeLessThan(1e-5);
  });

  test("--taps gives every stage besides the logits, which stay", async () => {
    const plain = await run(await convert("untapped"), "untapped-run");
    const tapped = await run(await convert("tapped", ["--taps"]), "tapped-run");
    expect([...tapped].map(([name, { shape }]) => [name, shape])).toEqual([
      ["", [1, 10]],
      ["tap.act1", [1, 64, 48, 48]],
      ["tap.layer1", [1, 32, 24, 24]],
      ["tap.layer2", [1, 64, 12, 12]],
      ["tap.layer3", [1, 128, 6, 6]],
      ["tap.layer4", [1, 256, 3, 3]],
    ]);
    expect(distance(plain.get("")!, tapped.get("")!)).toBeLessThan(3e-5);
  });
});
