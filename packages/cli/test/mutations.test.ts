// Deliberate mistakes, through all of the chain: each must be found. What PyTorch itself makes of the same mistakes
// stands in sensitivity.json, and the chain must make the same of them.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { float16ToFloat32, float32ToFloat16, type PreprocessConfig } from "@samoyed/core";
import type { LoadedCase } from "@samoyed/golden";
import { loadCase } from "@samoyed/golden/node";
import { preprocessImage, type TransformResult } from "@samoyed/preprocess";
import type { Session } from "@samoyed/runtime";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { mutated, openSession, readWeights, runOn, statusOf, type Weights } from "./support/chain.ts";
import { DRAWN, drawnTensors } from "./support/stand-in.ts";

interface Sensitivity {
  readonly mistake: string;
  /** The largest change of a named probability. */
  readonly probability: number;
  /** The largest change of a logit, in multiples of the recorded noise. */
  readonly noise: number;
}

const { rows, tolerance } = JSON.parse(readFileSync(join(DRAWN, "sensitivity.json"), "utf8")) as {
  rows: Sensitivity[];
  tolerance: number;
};

type Mutation =
  | { readonly image: (bytes: Uint8Array, config: PreprocessConfig) => TransformResult }
  | { readonly weights: (weights: Weights) => Weights };

const settings = (changes: Partial<PreprocessConfig>): Mutation => ({
  image: (bytes, config) => preprocessImage(bytes, { ...config, ...changes }),
});

const scaled = (names: RegExp): Mutation => ({
  weights: (weights) =>
    mutated(weights, names, (data) => {
      for (let index = 0; index < data.length; index++) data[index] = Math.fround(data[index]! * 1.01);
    }),
});

/** As a crop one pixel further right would be, but for the last column, which is the first again. */
function cropShifted(bytes: Uint8Array, config: PreprocessConfig): TransformResult {
  const { tensor, geometry } = preprocessImage(bytes, config);
  const width = config.inputSize[2]!;
  const data = new Float32Array(tensor.data.length);
  for (let row = 0; row < data.length; row += width) {
    data.set(tensor.data.subarray(row + 1, row + width), row);
    data[row + width - 1] = tensor.data[row]!;
  }
  return { tensor: { ...tensor, data }, geometry };
}

/** The mistakes of sensitivity.json. */
const MISTAKES: Readonly<Record<string, Mutation>> = {
  "bicubic instead of bilinear": settings({ interpolation: "bicubic" }),
  "nearest instead of bilinear": settings({ interpolation: "nearest" }),
  "red and blue swapped": {
    image(bytes, config) {
      // Blue must be normalized as blue is: the mistake is in the order of the pixels.
      const [r, g, b] = config.mean as [number, number, number];
      const [sr, sg, sb] = config.std as [number, number, number];
      const { tensor, geometry } = preprocessImage(bytes, { ...config, mean: [b, g, r], std: [sb, sg, sr] });
      const { data } = tensor;
      const plane = data.length / 3;
      const swapped = new Float32Array(data.length);
      for (const [to, from] of [2, 1, 0].entries())
        swapped.set(data.subarray(from * plane, (from + 1) * plane), to * plane);
      return { tensor: { ...tensor, data: swapped }, geometry };
    },
  },
  "no crop: the whole image squashed": settings({ cropPct: 1, cropMode: "squash" }),
  "crop of 0.95 instead of 0.875": settings({ cropPct: 0.95 }),
  "mean and deviation 0.5": settings({ mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] }),
  "crop one pixel to the right": { image: cropShifted },
  "layer1.0.conv2.weight +1 %": scaled(/^layer1\.0\.conv2\.weight$/),
  "bn1.weight[0] +1 %": { weights: (weights) => mutated(weights, /^bn1\.weight$/, (data) => (data[0]! *= 1.01)) },
  "largest single weight of conv1.weight +1 %": {
    weights: (weights) =>
      mutated(weights, /^conv1\.weight$/, (data) => {
        const largest = data.reduce(
          (best, value, index) => (Math.abs(value) > Math.abs(data[best]!) ? index : best),
          0,
        );
        data[largest]! *= 1.01;
      }),
  },
};

let loaded: LoadedCase;
let weights: Weights;
let unmodified: Session;

beforeAll(async () => {
  loaded = await loadCase(DRAWN);
  weights = await readWeights(await drawnTensors());
  unmodified = await openSession(weights, loaded);
});
afterAll(() => unmodified.dispose());

/** The case with its first image alone, which PyTorch was asked about. */
function ofFirstImage({ case: golden, recorded, ...rest }: LoadedCase): LoadedCase {
  const { images, inputSha256 } = golden;
  return {
    ...rest,
    case: { ...golden, images: images.slice(0, 1), inputSha256: inputSha256.slice(0, 1) },
    recorded: recorded.map((recording) => {
      const classes = recording.values64.shape[1]!;
      const [values64, values32] = [
        recording.values64.data.subarray(0, classes),
        recording.values32.data.subarray(0, classes),
      ];
      return {
        ...recording,
        values64: { dtype: "float64", shape: [1, classes], data: values64 },
        values32: { dtype: "float32", shape: [1, classes], data: values32 },
      };
    }),
  };
}

/** A case with one mistake in it. */
async function withMistake(mutation: Mutation, golden: LoadedCase = loaded): ReturnType<typeof runOn> {
  if ("image" in mutation) return runOn(golden, { session: unmodified, preprocess: mutation.image });
  const session = await openSession(mutation.weights(weights), golden);
  try {
    return await runOn(golden, { session });
  } finally {
    await session.dispose();
  }
}

test("without a mistake it passes, on both references", async () => {
  const { backend, preprocess } = await runOn(loaded, { session: unmodified });
  expect(preprocess.status).toBe("passed");
  expect(backend.verdict).toEqual({ kind: "passed", notes: [] });
  expect(backend.references).toEqual(["recorded", "documented"]);
  expect(backend.comparison!.maxInNoise).toBeLessThan(4);
});

describe("the mistakes that PyTorch was asked about", () => {
  test("each of them is tried here", () => {
    expect(Object.keys(MISTAKES).sort()).toEqual(
      rows
        .map(({ mistake }) => mistake)
        .filter((name) => name !== "none")
        .sort(),
    );
  });

  test.each(rows.filter(({ mistake }) => mistake !== "none"))("$mistake", async ({ mistake, probability, noise }) => {
    const mutation = MISTAKES[mistake]!;
    const { backend, preprocess } = await withMistake(mutation, ofFirstImage(loaded));
    expect(backend.verdict.kind).toBe("failed");
    expect(statusOf(backend, "max"), "the recorded gate").toBe("failed");
    expect(preprocess.status, "pixels are compared apart from the network").toBe(
      "image" in mutation ? "failed" : "passed",
    );
    // The documented tolerance sees what moves a probability by more than 0.001.
    expect(statusOf(backend, "documented")).toBe(probability > tolerance ? "failed" : "passed");
    // The same mistake moves PyTorch's answer as far.
    expect(backend.comparison!.maxInNoise / noise).toBeGreaterThan(0.9);
    expect(backend.comparison!.maxInNoise / noise).toBeLessThan(1.1);
  });
});

describe("further mistakes", () => {
  /** Batch norm with another epsilon is batch norm with another variance. */
  const epsilon = (names: RegExp): Mutation => ({
    weights: (all) =>
      mutated(all, names, (data) => {
        for (let index = 0; index < data.length; index++) data[index]! += 1e-3 - 1e-5;
      }),
  });
  const cases: [string, Mutation][] = [
    ["epsilon 1e-3 in every batch norm", epsilon(/running_var$/)],
    ["epsilon 1e-3 in one", epsilon(/^layer3\.0\.bn2\.running_var$/)],
    [
      "one convolution rounded to float16",
      {
        weights: (all) =>
          mutated(all, /^layer2\.0\.conv2\.weight$/, (data) => {
            for (let index = 0; index < data.length; index++)
              data[index] = float16ToFloat32(float32ToFloat16(data[index]!));
          }),
      },
    ],
    [
      "two filters that changed places",
      {
        weights: (all) =>
          mutated(all, /^layer3\.1\.conv1\.weight$/, (data) => {
            const size = 512;
            const first = data.slice(0, size);
            data.copyWithin(0, size, 2 * size);
            data.set(first, size);
          }),
      },
    ],
    [
      "the classifier's bias of the next class",
      { weights: (all) => mutated(all, /^fc\.bias$/, (data) => void data.copyWithin(1, 0)) },
    ],
    [
      "one weight that is not a number",
      { weights: (all) => mutated(all, /^layer1\.2\.conv3\.weight$/, (data) => (data[77] = Number.NaN)) },
    ],
    ["no normalisation", settings({ mean: [0, 0, 0], std: [1, 1, 1] })],
    ["antialiasing of another kind", settings({ interpolation: "lanczos" })],
  ];
  test.each(cases)("%s", async (_, mutation) => {
    const { backend } = await withMistake(mutation);
    expect(backend.verdict.kind).toBe("failed");
    const gates = ["finite", "max", "rms", "kl"].map((name) => statusOf(backend, name));
    expect(gates).toContain("failed");
  });
});
