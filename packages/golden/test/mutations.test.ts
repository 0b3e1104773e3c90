import type { LazyTensor, PreprocessConfig } from "@samoyed/core";
import { createTransform, decodeImage, preprocessImage } from "@samoyed/preprocess";
import { beforeAll, describe, expect, test } from "vitest";
import type { LoadedCase } from "../src/open-case.ts";
import type { Preprocess } from "../src/prepare-inputs.ts";
import { caseTensors, changeTensor, convertTensors, openGolden, runChain, statuses } from "./chain.ts";

/** Preprocessing with a configuration other than the case's. */
const configured =
  (change: Partial<PreprocessConfig>): Preprocess =>
  (bytes, config) =>
    preprocessImage(bytes, { ...config, ...change });

const swappedChannels: Preprocess = (bytes, config) => {
  const image = decodeImage(bytes);
  const data = image.data.slice();
  for (let at = 0; at < data.length; at += 3) [data[at], data[at + 2]] = [image.data[at + 2]!, image.data[at]!];
  return createTransform(config)({ ...image, data });
};

const oneValueOff: Preprocess = (bytes, config) => {
  const { tensor } = preprocessImage(bytes, config);
  tensor.data[1000]! += 2 ** -10;
  return { tensor };
};

/** Mistakes in preprocessing; `documented` is the tolerance of 0.001 on "Samoyed 0.6425". */
const PIXELS: readonly [string, Preprocess][] = [
  ["the wrong filter: bicubic", configured({ interpolation: "bicubic" })],
  ["the wrong filter: nearest", configured({ interpolation: "nearest" })],
  ["swapped channels", swappedChannels],
  ["no crop", configured({ cropPct: 1 })],
  ["a squashed image", configured({ cropMode: "squash", cropPct: 1 })],
  ["the wrong mean", configured({ mean: [0.5, 0.5, 0.5] })],
  ["the wrong deviation", configured({ std: [0.5, 0.5, 0.5] })],
];

describe("the stand-in that predicts Samoyed 0.6425", () => {
  let golden: LoadedCase;
  let tensors: LazyTensor[];
  let model: Uint8Array;

  beforeAll(async () => {
    golden = await openGolden("samoyed-drawn");
    tensors = await caseTensors(golden);
    model = await convertTensors(tensors, golden);
  });

  test("is green when nothing is wrong", async () => {
    const result = await runChain(golden, { model });
    expect(statuses(result)).toEqual({
      preprocess: "passed",
      max: "passed",
      rms: "passed",
      kl: "passed",
      rank: "passed",
      predictions: "passed",
      batch: "passed",
      documented: "passed",
      verdict: "passed",
    });
    expect(result.backends[0]!.top![0]).toMatchObject({ index: 258, label: "Samoyed" });
    expect(result.backends[0]!.top![0]!.probability.toFixed(4)).toBe("0.6425");
  });

  test.each(PIXELS)("%s goes red: pixels, logits and the documented number", async (_, preprocess) => {
    const result = await runChain(golden, { model, preprocess });
    expect(statuses(result)).toMatchObject({
      preprocess: "failed",
      max: "failed",
      rms: "failed",
      documented: "failed",
      verdict: "failed",
    });
  });

  test("one value of the input off by a thousandth is red by equality, whatever the network's output", async () => {
    const result = await runChain(golden, { model, preprocess: oneValueOff });
    expect(result.preprocess.status).toBe("failed");
  });

  const WEIGHTS: readonly [string, string, (data: Float32Array) => void][] = [
    [
      "one tensor of weights 1 % larger",
      "layer3.2.conv2.weight",
      (data) => data.forEach((x, i) => (data[i] = x * 1.01)),
    ],
    [
      "one weight of the classifier 1 % larger",
      "fc.weight",
      (data) => (data[258 * 2048 + largest(data, 258 * 2048, 2048)]! *= 1.01),
    ],
    [
      "one batch norm's deviation 1 % larger",
      "layer2.0.bn2.running_var",
      (data) => data.forEach((x, i) => (data[i] = x * 1.0201)),
    ],
  ];
  test.each(WEIGHTS)("%s goes red", async (_, name, change) => {
    const mutated = await convertTensors(await changeTensor(tensors, { name, change }), golden);
    const result = await runChain(golden, { model: mutated });
    expect(statuses(result)).toMatchObject({ preprocess: "passed", max: "failed", verdict: "failed" });
  });
});

/** Index of the largest of `size` weights from `start`, counted from `start`. */
function largest(data: Float32Array, start = 0, size: number = data.length): number {
  const row = Array.from(data.subarray(start, start + size), Math.abs);
  return row.indexOf(Math.max(...row));
}

/** Swaps the first two ranges of `size` values. */
function swap(data: Float32Array, size: number): void {
  const first = data.slice(0, size);
  data.copyWithin(0, size, 2 * size);
  data.set(first, size);
}

describe("the trained checkpoint on its hundred images", () => {
  let golden: LoadedCase;
  let tensors: LazyTensor[];
  let model: Uint8Array;

  beforeAll(async () => {
    golden = await openGolden("shapes");
    tensors = await caseTensors(golden);
    model = await convertTensors(tensors, golden);
  });

  test("is green when nothing is wrong: the same 100 predictions", async () => {
    const result = await runChain(golden, { model });
    expect(statuses(result)).toEqual({
      preprocess: "passed",
      max: "passed",
      rms: "passed",
      kl: "passed",
      rank: "passed",
      predictions: "passed",
      batch: "passed",
      verdict: "passed",
    });
    expect(result.backends[0]!.accuracy).toMatchObject({ images: 100, same: 100 });
    expect(result.backends[0]!.accuracy?.correct).toBe(golden.case.accuracy?.correct);
  });

  test.each(PIXELS.filter(([name]) => !/filter|squash/.test(name)))("%s goes red", async (_, preprocess) => {
    const result = await runChain(golden, { model, preprocess });
    expect(statuses(result)).toMatchObject({ preprocess: "failed", max: "failed", verdict: "failed" });
  });

  const WEIGHTS: readonly [string, string, (data: Float32Array) => void][] = [
    ["one weight 1 % larger", "layer2.0.conv3.weight", (data) => (data[largest(data)]! *= 1.01)],
    ["one bias of the head off by a thousandth", "fc.bias", (data) => (data[3]! += 0.001)],
    ["two outputs of a convolution swapped", "layer3.0.conv1.weight", (data) => swap(data, data.length / 64)],
  ];
  test.each(WEIGHTS)("%s goes red", async (_, name, change) => {
    const mutated = await convertTensors(await changeTensor(tensors, { name, change }), golden);
    const result = await runChain(golden, { model: mutated });
    expect(statuses(result)).toMatchObject({ preprocess: "passed", max: "failed", verdict: "failed" });
  });

  test("a mistake that changes no prediction is still red", async () => {
    const [, name, change] = WEIGHTS[0]!;
    const mutated = await convertTensors(await changeTensor(tensors, { name, change }), golden);
    expect(statuses(await runChain(golden, { model: mutated }))).toMatchObject({
      predictions: "passed",
      verdict: "failed",
    });
  });
});

describe("layers tell where it goes wrong", () => {
  /** A weight tensor to change, and the block that first shows it. */
  const DAMAGED: readonly [string, string][] = [
    ["conv1.weight", "act1"],
    ["layer2.0.conv2.weight", "layer2.0.act3"],
    ["layer3.0.bn3.weight", "layer3.0.act3"],
    ["layer4.0.downsample.0.weight", "layer4.0.act3"],
  ];
  test.each(DAMAGED)("%s a hundredth larger: the largest step is at %s", async (name, block) => {
    const golden = await openGolden("shapes");
    const change = (data: Float32Array): void => data.forEach((x, i) => (data[i] = x * 1.01));
    const model = await convertTensors(await changeTensor(await caseTensors(golden), { name, change }), golden);
    const result = await runChain(golden, { model, depth: "layers" });
    expect(statuses(result)).toMatchObject({ preprocess: "passed", taps: "failed", verdict: "failed" });
    expect(result.backends[0]!.taps!.largestStep.name).toBe(block);
  });

  test("and are green when nothing is wrong", async () => {
    const golden = await openGolden("shapes");
    const model = await convertTensors(await caseTensors(golden), golden);
    expect(statuses(await runChain(golden, { model, depth: "layers" }))).toMatchObject({ taps: "passed" });
  });
});
