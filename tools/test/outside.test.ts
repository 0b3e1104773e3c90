import { readFileSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { writeCensusModel } from "@samoyed/check";
import { encodeNpy, parseNpy } from "@samoyed/core";
import { censusInput, openCensusCase } from "@samoyed/golden";
import { smyd } from "@samoyed/runtime-smyd";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
// @ts-expect-error a plain script
import { checkCase } from "../outside/check-case.mjs";
// @ts-expect-error a plain script
import { compareBest } from "../outside/check-classification.mjs";
// @ts-expect-error a plain script
import { compareOutput } from "../outside/compare.mjs";

const CENSUS = fileURLToPath(new URL("../../golden/census", import.meta.url));
const NAME = "test_resnet";

describe("an output", () => {
  const shape = [1, 2, 2];
  const values64 = { dtype: "float64", shape, data: Float64Array.of(1, 2, 300, 400) };
  const values32 = { dtype: "float32", shape, data: Float32Array.of(1 + 2 ** -20, 2, 300, 400 + 2 ** -10) };
  const noiseOf = (max: number) => ({ max, rms: max / Math.SQRT2 });
  const scores = { name: "scores", range: [0, 1], values64, values32, noise: noiseOf(2 ** -20) };
  const boxes = { name: "boxes", range: [1, null], values64, values32, noise: noiseOf(2 ** -10) };
  const answer = (...data: number[]) => ({ dtype: "float32", shape, data: Float32Array.from(data) });

  test.each([scores, boxes])("that is the recorded one passes as $name", (wanted) => {
    expect(compareOutput(answer(1, 2, 300, 400), wanted)).toEqual({ inNoise: 0, reasons: [] });
  });

  test("is measured by the noise of its own range", () => {
    const off = answer(1, 2 + 9 * 2 ** -20, 300, 400);
    expect(compareOutput(off, boxes).reasons).toEqual([]);
    expect(compareOutput(off, scores).reasons.join()).toContain("scores: is 9.0 F off; at most 8 F");
  });

  test.each<[string, unknown]>([
    ["is not there", undefined],
    ["is not finite", answer(Number.NaN, 2, 300, 400)],
    ["has another shape", { ...answer(1, 2, 300, 400), shape: [1, 4] }],
    ["is of another type", { ...answer(), dtype: "int32", data: Int32Array.of(1, 2, 300, 400) }],
  ])("that %s fails", (_, actual) => expect(compareOutput(actual, scores).reasons).not.toEqual([]));

  test("whose record has another noise than it says fails, and so does one without noise", () => {
    const exact = { ...scores, values32: answer(1, 2, 300, 400) };
    for (const wanted of [exact, { ...exact, noise: noiseOf(0) }]) {
      expect(compareOutput(answer(1, 2, 300, 400), wanted).reasons.join()).toContain("another noise");
    }
  });
});

test("the best class and its probability are PyTorch's", () => {
  const expected = { label: "Samoyed", probability: 0.75326 };
  expect(compareBest({ label: "Samoyed", probability: 0.75322 }, expected)).toEqual([]);
  expect(compareBest({ label: "Samoyed", probability: 0.7536 }, expected)).toHaveLength(1);
  expect(compareBest({ label: "keeshond", probability: 0.75326 }, expected)).toHaveLength(1);
});

describe("a network that PyTorch recorded", () => {
  let folder = "";
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "samoyed-outside-"));
    const files = join(CENSUS, NAME);
    const opened = await openCensusCase({ label: files, read: (name) => readFile(join(files, name)) });
    await mkdir(join(folder, NAME));
    await writeCensusModel(opened, join(folder, NAME, "model.pt2"));
    const input = await censusInput(opened);
    await writeFile(join(folder, NAME, "input.npy"), encodeNpy({ ...input, shape: [1, ...input.shape] }));
    for (const bits of [64, 32]) {
      await writeFile(join(folder, NAME, `${bits}.npy`), await readFile(join(files, `logits${bits}.npy`)));
    }
  });
  afterEach(() => rm(folder, { recursive: true }));

  const { noise } = JSON.parse(readFileSync(join(CENSUS, NAME, "case.json"), "utf8")).reference;
  const output = { name: "logits", output: 0, range: [0, null], values64: "64.npy", values32: "32.npy", noise };
  const check = (run: object) => {
    const entry = { name: NAME, origin: "here", model: "model.pt2", runs: [{ input: "input.npy", ...run }] };
    return checkCase(entry, { backends: [smyd()], folder, out: join(folder, "out") });
  };

  test("passes, and fails when one recorded value is another", async () => {
    const [{ backends }] = await check({ outputs: [output] });
    expect(backends).toMatchObject([{ backend: "smyd", status: "passed", reasons: [] }]);
    for (const bits of [32, 64]) {
      const path = join(folder, NAME, `${bits}.npy`);
      const recorded = parseNpy(await readFile(path));
      (recorded.data as Float64Array)[417]! += 1e-3;
      await writeFile(path, encodeNpy(recorded));
      const [changed] = await check({ outputs: [output] });
      expect(changed.backends).toMatchObject([{ status: "failed" }]);
    }
  });

  test("fails for an output that it does not have, and for a size that is not open", async () => {
    const [missing] = await check({ outputs: [output, { ...output, name: "boxes", output: 1 }] });
    expect(missing.backends).toMatchObject([{ status: "failed", reasons: ["boxes: there is no such output"] }]);
    const [fixed] = await check({ shape: "height=7", outputs: [output] });
    expect(fixed.backends).toMatchObject([{ status: "failed", reasons: [expect.stringContaining("height")] }]);
  });
});
