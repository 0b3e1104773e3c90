import type { Tensor } from "@samoyed/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { doubles } from "../../test/fake-case.ts";
import type { DriftBudget } from "../case.ts";
import type { Check } from "../check.ts";
import { driftCheck } from "../drift.ts";
import { driftText, type LogitDrift, measureDrift } from "./logit-drift.ts";

/** Spread of each row: 1; the means differ, which does not matter. */
const ORIGINAL = doubles([
  [1, -1, 1, -1],
  [101, 99, 101, 99],
]);
const moved = (by: readonly number[]): Float64Array => ORIGINAL.data.map((value, index) => value + by[index % 4]!);
const BUDGET = { sqnr: 40, reason: "because" };

describe("measureDrift", () => {
  test("a hundredth of the spread is 40 dB, whatever the mean of the logits", () => {
    const drift = measureDrift(moved([0.01, -0.01, 0.01, -0.01]), ORIGINAL);
    expect(drift).toMatchObject({ max: expect.closeTo(0.01, 9), rms: expect.closeTo(0.01, 9), images: 2 });
    expect(drift.sqnr).toBeCloseTo(40, 9);
    expect(drift.kl).toBeGreaterThan(0);
  });

  test("half the drift is 6 dB more", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 1e-6, max: 1, noNaN: true }), { minLength: 4, maxLength: 4 }), (by) => {
        const one = measureDrift(moved(by), ORIGINAL);
        const half = measureDrift(moved(by.map((value) => value / 2)), ORIGINAL);
        expect(half.sqnr - one.sqnr).toBeCloseTo(20 * Math.log10(2), 4);
      }),
    );
  });

  test("no drift is infinitely far above any budget", () => {
    const drift = measureDrift(ORIGINAL.data, ORIGINAL);
    expect(drift).toEqual({ max: 0, rms: 0, sqnr: Infinity, kl: 0, images: 2, changed: [] });
    expect(judged(drift, BUDGET).status).toBe("passed");
  });

  test("names each image with a different prediction", () => {
    const original: Tensor<"float64"> = doubles([
      [3, 0, 0, 0],
      [0, 2, 1, 0],
      [0, 0, 0, 1],
    ]);
    const values = Float64Array.from(original.data);
    values[6] = 2.5;
    values[8] = 1.5;
    expect(measureDrift(values, original).changed).toEqual([
      { image: 1, original: 1, prediction: 2 },
      { image: 2, original: 3, prediction: 0 },
    ]);
  });
});

/** A drift of weights stored as uint8, checked against a budget. */
function judged(drift: LogitDrift, budget: DriftBudget | undefined): Check {
  return driftCheck(drift, { budget, message: driftText(drift, { budget, stored: "uint8" }) });
}

describe("driftCheck", () => {
  const at = (sqnr: number): Check => judged(measureDrift(moved([10 ** (-sqnr / 20)]), ORIGINAL), BUDGET);

  test.each([
    [41, "passed"],
    [39.9, "failed"],
    [Number.NaN, "failed"],
  ] as const)("%s dB against a budget of 40: %s", (sqnr, status) => {
    const drift = { ...measureDrift(ORIGINAL.data, ORIGINAL), sqnr };
    expect(judged(drift, BUDGET)).toMatchObject({ status, limit: 40, value: sqnr });
  });

  test("one NaN fails", () => {
    const values = moved([0, 0, 0, 0]);
    values[2] = Number.NaN;
    expect(judged(measureDrift(values, ORIGINAL), BUDGET).status).toBe("failed");
    expect(at(60).status).toBe("failed");
  });

  test("without a budget it is reported but not judged", () => {
    const check = judged(measureDrift(moved([5, 0, 0, 0]), ORIGINAL), undefined);
    expect(check.status).toBe("not run");
    expect(check.message).toContain("no budget");
  });
});

test("the sentence has the numbers and the changed predictions", () => {
  const drift = { max: 0.157, rms: 0.04, sqnr: 35.04, kl: 0, images: 100, changed: [] };
  const changed = [69, 70].map((image) => ({ image, original: 9, prediction: 2 }));
  const text = (images: number): string =>
    driftText({ ...drift, changed: changed.slice(0, images) }, { budget: { ...BUDGET, sqnr: 30 }, stored: "uint8" });
  expect(text(0)).toBe(
    "weights as uint8 move the logits by 1.6e-1 at most (35.0 dB; the budget is 30 dB); every prediction stays",
  );
  expect(text(1)).toMatch(/; 99 of 100 predictions stay; image 69 is predicted as 2 instead of 9$/);
  expect(text(2)).toMatch(
    /; 98 of 100 predictions stay; image 69, the first that does not, is predicted as 2 instead of 9$/,
  );
});
