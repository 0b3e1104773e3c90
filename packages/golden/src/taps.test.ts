import { encodeNpy, type Tensor } from "@samoyed/core";
import { describe, expect, test } from "vitest";
import { fakeBackend, fakeFiles, type FakeChanges, floats, LOGITS, preprocess } from "../test/fake-case.ts";
import { compareTaps, tapsCheck } from "./compare-taps.ts";
import { noiseOfTaps, type LoadedTaps } from "./load-taps.ts";
import { openCase } from "./open-case.ts";
import type { BackendResult, CaseResult } from "./result.ts";
import { runCase } from "./run-case.ts";
import { sampleTaps } from "./sample-taps.ts";
import { summarize } from "./summarize.ts";
import { TOLERANCES } from "./tolerance.ts";

const LAYERS = [
  { name: "stem", shape: [2, 1, 2] },
  { name: "block1", shape: [3, 1, 1] },
  { name: "block2", shape: [2, 2, 1] },
];
const POSITIONS = [
  [0, 3],
  [2, 0],
  [1, 1],
];
/** PyTorch's float64 values at those positions; its float32 is off by 1e-6. */
const VALUES = [
  [1, -2],
  [0.5, 4],
  [3, 3],
];
const TAPS: LoadedTaps = { layers: LAYERS, samples: 2, positions: Int32Array.from(POSITIONS.flat()) };
const VALUES64 = Float64Array.from(VALUES.flat());
const VALUES32 = Float32Array.from(VALUES.flat(), (value) => value + 1e-6);
const RECORDED = {
  values64: VALUES64,
  noise: noiseOfTaps(VALUES32, { values64: VALUES64, taps: TAPS, label: "taps32.npy" }),
};

/** Values at the positions, off by `by` from one layer on. */
function off(by: number, layer = 0): Float32Array {
  return Float32Array.from(VALUES.flat(), (value, index) => (index < 2 * layer ? value : value + by));
}

function judge(values: Float32Array): ReturnType<typeof tapsCheck> {
  const result = compareTaps(values, { taps: TAPS, recorded: RECORDED, original: undefined });
  return tapsCheck(result, TOLERANCES.float32);
}

describe("layers compared with PyTorch's", () => {
  test("are measured in units of PyTorch's own noise in that layer", () => {
    const { layers } = compareTaps(off(2e-6), { taps: TAPS, recorded: RECORDED, original: undefined });
    expect(layers.map(({ name }) => name)).toEqual(["stem", "block1", "block2"]);
    expect(layers[0]!.maxInNoise).toBeCloseTo(2, 0);
    expect(layers[0]!.rmsInNoise).toBeCloseTo(2, 0);
    // Values of 1 and -2 over differences of 2e-6: 10 log10(5 / 8e-12).
    expect(layers[0]!.sqnr).toBeCloseTo(118, 0);
    expect(layers[0]!).not.toHaveProperty("driftSqnr");
  });

  test.each([
    ["nothing is off", off(0), "passed"],
    ["PyTorch's own noise", off(1e-6), "passed"],
    ["6 F", off(6e-6), "warned"],
    ["9 F", off(9e-6), "failed"],
    ["not a number", off(Number.NaN, 1), "failed"],
    ["infinity", off(Infinity, 2), "failed"],
  ])("%s", (_, values, status) => {
    expect(judge(values).status).toBe(status);
  });

  test("the layer where the error begins is named, also where it is NaN", () => {
    expect(judge(off(1e-3, 1)).message).toMatch(/the largest step is 80\.\d dB, at block1$/);
    expect(judge(off(1e-3, 2)).message).toMatch(/of 3 layers block2 is farthest off: .* at block2$/);
    expect(judge(off(Number.NaN, 1)).message).toMatch(/of 3 layers block1 is farthest off: NaN .* at block1$/);
  });

  test("weights in fewer bits: also the distance from the original", () => {
    const original = { ...RECORDED, values64: VALUES64.map((value) => value + 0.01) };
    const [stem] = compareTaps(off(0), { taps: TAPS, recorded: RECORDED, original }).layers;
    expect(stem!.driftSqnr).toBeCloseTo(44, 0);
  });
});

/** A backend's tensors, with the recorded values at their positions. */
function tensors(): Map<string, Tensor<"float32">> {
  return new Map(
    LAYERS.map(({ name, shape }, row) => {
      const data = new Float32Array(shape.reduce((product, size) => product * size));
      for (const [index, place] of POSITIONS[row]!.entries()) data[place] = VALUES[row]![index]!;
      return [name, { dtype: "float32", shape: [1, ...shape], data }];
    }),
  );
}

describe("a backend's layer tensors", () => {
  test("are sampled at the positions of the case", () => {
    expect(sampleTaps(tensors(), TAPS)).toEqual(Float32Array.from(VALUES.flat()));
  });

  test("a value that is not finite cannot hide between the positions", () => {
    const outputs = tensors();
    outputs.get("block2")!.data[3] = -Infinity;
    expect(sampleTaps(outputs, TAPS)).toEqual(Float32Array.of(1, -2, 0.5, 4, Number.NaN, Number.NaN));
  });

  test("must be complete, as float32 of their shapes", () => {
    const missing = tensors();
    missing.delete("block1");
    expect(() => sampleTaps(missing, TAPS)).toThrow("the backend did not return block1, which was requested by name");
    const flat = tensors();
    flat.set("stem", { ...flat.get("stem")!, shape: [1, 4] });
    expect(() => sampleTaps(flat, TAPS)).toThrow("stem is float32 [1, 4]; expected float32 [1, 2, 1, 2]");
  });
});

const TAPPED: FakeChanges = {
  json: (json) => {
    json["taps"] = { positions: "tap-positions.npy", layers: LAYERS };
    Object.assign(json["references"][0], { taps64: "taps64.npy", taps32: "taps32.npy" });
  },
  files: {
    "tap-positions.npy": encodeNpy({ dtype: "int32", shape: [3, 2], data: Int32Array.from(POSITIONS.flat()) }),
    "taps64.npy": encodeNpy({ dtype: "float64", shape: [3, 2], data: VALUES64 }),
    "taps32.npy": encodeNpy({ dtype: "float32", shape: [3, 2], data: VALUES32 }),
  },
};

/** Runs a case on a backend with correct outputs and these layers. */
async function runTapped(
  layers: ReadonlyMap<string, Tensor>,
  { changes = TAPPED, depth = "layers" }: { changes?: FakeChanges; depth?: "outputs" | "layers" } = {},
): Promise<{
  readonly whole: CaseResult;
  readonly result: BackendResult;
  readonly asked: (readonly string[] | undefined)[];
}> {
  const asked: (readonly string[] | undefined)[] = [];
  const backend = fakeBackend("one", {
    overrides: {
      open: async () => ({
        run: async (inputs, { taps }) => {
          asked.push(taps);
          const logits = floats(Array.from(inputs["input"]!.data as Float32Array, (image) => LOGITS[image]!));
          return new Map<string, Tensor>([["logits", logits], ...(taps ? layers : [])]);
        },
        dispose: async () => {},
      }),
    },
  });
  const loaded = await openCase(await fakeFiles(changes));
  const asset = async (name: string): Promise<never> => Promise.reject(new Error(name));
  const whole = await runCase(loaded, { backends: [backend], preprocess, asset, depth });
  return { whole, result: whole.backends[0]!, asked };
}

const statusOf = ({ checks }: BackendResult): string | undefined => checks.find(({ name }) => name === "taps")?.status;

describe("a case with layers", () => {
  test("is tapped in a separate run, after the untapped ones", async () => {
    const { result, asked } = await runTapped(tensors());
    expect(asked).toEqual([undefined, undefined, undefined, ["stem", "block1", "block2"]]);
    expect(statusOf(result)).toBe("passed");
    expect(result.taps!.layers).toHaveLength(3);
    expect(result.verdict.kind).toBe("passed");
  });

  test("correct outputs with a wrong layer are red", async () => {
    const outputs = tensors();
    outputs.get("block1")!.data[0]! += 1e-4;
    const { result } = await runTapped(outputs);
    expect(result.checks.find(({ name }) => name === "max")!.status).toBe("passed");
    expect(statusOf(result)).toBe("failed");
    expect(result.verdict).toMatchObject({ kind: "failed", reasons: [expect.stringContaining("at block1")] });
  });

  test("a missing layer is red, with its name", async () => {
    const { result } = await runTapped(new Map());
    expect(result.verdict).toMatchObject({ kind: "failed", reasons: [expect.stringContaining("did not return stem")] });
  });

  test("layers are not sampled unless requested", async () => {
    const { result, asked } = await runTapped(new Map(), { depth: "outputs" });
    expect(asked).toEqual([undefined, undefined, undefined]);
    expect(statusOf(result)).toBeUndefined();
  });

  test("where no layers were recorded the check is not run, and not green", async () => {
    const { result, whole } = await runTapped(tensors(), { changes: {} });
    expect(statusOf(result)).toBe("not run");
    expect(summarize([whole])).toMatchObject({
      missing: [{ reason: "its layers: no layers were recorded for these weights" }],
      exitCode: 5,
    });
  });
});
