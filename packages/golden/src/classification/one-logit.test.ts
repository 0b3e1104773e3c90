// Networks with one logit: every probability, prediction and divergence is over two classes.
import { expect, test } from "vitest";
import { doubles, floats } from "../../test/fake-case.ts";
import { predictionsCheck, predictionsOf, topPredictions } from "./predictions.ts";
import { compareDocumented } from "./compare-documented.ts";
import { compareLogits } from "./compare-logits.ts";
import { measureDrift } from "./logit-drift.ts";
import { klDivergence, softmax64 } from "./softmax64.ts";
import { TOLERANCES } from "../tolerance.ts";

const positive = 1 / (1 + Math.exp(-2));

test("probabilities are a sigmoid's", () => {
  expect([...softmax64([2])]).toEqual([1 - positive, positive].map((p) => expect.closeTo(p, 15)));
  expect(topPredictions([2], ["cat", "dog"])).toEqual([
    { index: 1, label: "dog", probability: expect.closeTo(positive, 15) },
    { index: 0, label: "cat", probability: expect.closeTo(1 - positive, 15) },
  ]);
  expect(softmax64([Number.NaN]).every((p) => Number.isNaN(p))).toBe(true);
});

test("a documented probability is met or not", () => {
  const documented = (probability: number): boolean =>
    compareDocumented([2], {
      reference: {
        kind: "documented",
        source: "the page",
        top: [{ index: 1, label: "dog", probability }],
        tolerance: 0.001,
        reason: "three decimals are printed",
      },
    }).met;
  expect([documented(0.8808), documented(1)]).toEqual([true, false]);
});

test("another logit diverges, and its prediction follows the sign", () => {
  expect(klDivergence([2], [2])).toBe(0);
  expect(klDivergence([1], [2])).toBeGreaterThan(0.01);
  expect(predictionsOf([2, -1, 0], 1)).toEqual([1, 0, 0]);
  const options = { reference: Float64Array.of(2, -1), classes: 1, tolerance: 0.01 };
  expect(predictionsCheck(Float32Array.of(2, -1), options).status).toBe("passed");
  expect(predictionsCheck(Float32Array.of(-0.5, -1), options).status).toBe("failed");
  // PyTorch's own logit is within the tolerance of 0.
  const close = { ...options, reference: Float64Array.of(0.001, -1) };
  expect(predictionsCheck(Float32Array.of(-0.001, -1), close).status).toBe("warned");
});

test("a comparison fails at a flipped sign, in rank and divergence", () => {
  const options = { reference: doubles([[2], [-1]]), noise: { max: 1e-5, rms: 1e-5 }, policy: TOLERANCES.float32 };
  const failed = (rows: number[][]): string[] =>
    compareLogits(floats(rows), options)
      .checks.filter(({ status }) => status === "failed")
      .map(({ name }) => name);
  expect(failed([[2], [-1]])).toEqual([]);
  expect(failed([[-2], [-1]])).toEqual(["max", "rms", "kl", "rank"]);
});

test("drift is relative to the logit itself", () => {
  const drift = measureDrift(Float64Array.of(2.02, -2.02), doubles([[2], [-2]]));
  expect(drift.sqnr).toBeCloseTo(40, 9);
  expect(drift.kl).toBeGreaterThan(0);
  expect(measureDrift(Float64Array.of(-1, -2), doubles([[2], [-2]])).changed).toEqual([
    { image: 0, original: 1, prediction: 0 },
  ]);
});
