import { fileURLToPath } from "node:url";
import { onnxruntimeNode } from "@samoyed/runtime-onnx";
import { smyd } from "@samoyed/runtime-smyd";
import { tfjsWasm } from "@samoyed/runtime-tfjs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
// @ts-expect-error a plain script
import { PLANTS } from "../plants/index.mjs";
// @ts-expect-error a plain script
import { openPlantedCase } from "../plants/open-planted-case.mjs";
// @ts-expect-error a plain script
import { preprocessOnce } from "../plants/preprocess-once.mjs";
// @ts-expect-error a plain script
import { runArtifact, tryPlant } from "../plants/try-plant.mjs";

interface Plant {
  readonly name: string;
  readonly theme: string;
}

const SHAPES = fileURLToPath(new URL("../../golden/cases/shapes", import.meta.url));
const preprocess = preprocessOnce();
const plants = PLANTS as readonly Plant[];

/** One fault of each theme that a check on answers alone, or on one image at a time, would let pass. */
const CAUGHT: readonly (readonly [name: string, by: string])[] = [
  ["the largest weight of the middle layer +1 %", "max"],
  ["a residual dropped", "max"],
  ["a layer's bias missing", "max"],
  ["the classifier's bias +1e-4", "max"],
  ["epsilon 1e-6 in one norm", "max"],
  ["the fold of one norm ignores its mean", "max"],
  ["a LogSoftmax added", "max"],
  ["image 0's answer for the whole batch", "batch"],
  ["mean and deviation exchanged", "contract"],
  ["two labels exchanged", "contract"],
];

// eslint-disable-next-line typescript/no-explicit-any -- a plain script's own object
let planted: any;
beforeAll(async () => {
  planted = await openPlantedCase(SHAPES);
  planted.model = await planted.convert();
});
afterAll(() => planted.close());

test("every fault has a name of its own", () => {
  expect(plants.length).toBeGreaterThanOrEqual(69);
  expect(new Set(plants.map(({ name }) => name)).size).toBe(plants.length);
});

describe.each([onnxruntimeNode(), tfjsWasm(), smyd()])("faults in models for $name", (backend) => {
  // eslint-disable-next-line typescript/no-explicit-any -- a plain script's own object
  let clean: any;
  beforeAll(async () => {
    clean = await runArtifact(planted, {
      backend,
      preprocess,
      path: await planted.write(planted.model, backend.format, "clean"),
    });
  });

  const attempt = (plant: unknown): Promise<{ outcome: string; by: string[]; change?: number }> =>
    tryPlant(planted, plant, { backend, preprocess, clean });

  test("without one the model passes", () => {
    expect(clean.verdict.kind).toBe("passed");
  });

  test.each(CAUGHT)("%s: caught by %s", async (name, by) => {
    const result = await attempt(plants.find((plant) => plant.name === name));
    expect(result).toMatchObject({ outcome: "caught", by: expect.arrayContaining([by]) });
  });

  test("one that changes no answer is proven to change none", async () => {
    const result = await attempt(plants.find(({ name }) => name === "a clip above any value"));
    expect(result).toMatchObject({ outcome: "equal", change: 0 });
  });
});

test("a fault that the checks let pass although answers change is missed", async () => {
  const backend = onnxruntimeNode();
  const path = await planted.write(planted.model, backend.format, "clean");
  const clean = await runArtifact(planted, { backend, preprocess, path });
  // As if the clean model had answered otherwise: more than rounding, and nothing of it is in the planted one.
  const moved = clean.answers.map((values: Float32Array) => values.map((value) => value + 1));
  const nothing = { name: "nothing", theme: "graph" };
  expect(await tryPlant(planted, nothing, { backend, preprocess, clean: { answers: moved } })).toMatchObject({
    outcome: "missed",
  });
  // A contract that differs has no excuse in how little the answers change.
  const contract = { name: "the same contract", theme: "contract", change: (same: unknown) => same };
  expect(await tryPlant(planted, contract, { backend, preprocess, clean })).toMatchObject({ outcome: "missed" });
});
