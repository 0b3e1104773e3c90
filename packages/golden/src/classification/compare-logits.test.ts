import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { doubles, floats } from "../../test/fake-case.ts";
import { type Check } from "../check.ts";
import { compareLogits } from "./compare-logits.ts";
import { brokenRank } from "./rank.ts";
import { TOLERANCES } from "../tolerance.ts";

const F = 2 ** -14;
const noise = { max: F, rms: F / 2 };
/** Twenty classes in [-4, 4], exact in float32, so that a difference of k · F is exactly that. */
const ROW = Array.from({ length: 20 }, (_, index) => ((index * 7) % 20) / 2.5 - 4).map(
  (x) => Math.round(x * 1024) / 1024,
);
const ROWS = [ROW, ROW.toReversed()];
const reference = doubles(ROWS);

function compare(change: (rows: number[][]) => void, policy = TOLERANCES.float32): Map<string, Check> {
  const rows = ROWS.map((row) => [...row]);
  change(rows);
  const { checks } = compareLogits(floats(rows), { reference, noise, policy });
  return new Map(checks.map((check) => [check.name, check]));
}

function failed(checks: Map<string, Check>): string[] {
  return [...checks.values()].filter((check) => check.status === "failed").map((check) => check.name);
}

test("equal logits pass every gate", () => {
  const checks = compare(() => {});
  expect([...checks.keys()]).toEqual(["max", "rms", "kl", "rank"]);
  expect(new Set([...checks.values()].map((check) => check.status))).toEqual(new Set(["passed"]));
});

describe("mutations go red", () => {
  const mutations: [string, (rows: number[][]) => void, string[]][] = [
    ["one element NaN", (rows) => (rows[1]![3] = Number.NaN), ["finite", "kl"]],
    ["one element +Infinity", (rows) => (rows[0]![19] = Infinity), ["finite", "kl"]],
    ["one element -Infinity", (rows) => (rows[0]![19] = -Infinity), ["finite"]],
    ["one element off by 9 F", (rows) => (rows[0]![5]! += 9 * F), ["max"]],
    ["one element off by -9 F", (rows) => (rows[1]![0]! -= 9 * F), ["max"]],
    [
      "every element off by 3 F in either direction",
      (rows) => rows.forEach((row) => row.forEach((_, i) => (row[i]! += i % 2 ? 3 * F : -3 * F))),
      ["rms"],
    ],
    ["the two best classes swapped", (rows) => swapTop(rows[0]!), ["max", "rms", "kl", "rank"]],
    ["two images' logits swapped", (rows) => rows.reverse(), ["max", "rms", "kl", "rank"]],
    [
      "all logits 1 % larger",
      (rows) => rows.forEach((row) => row.forEach((_, i) => (row[i]! *= 1.01))),
      ["max", "rms", "kl"],
    ],
    ["all zero", (rows) => rows.forEach((row) => row.fill(0)), ["max", "rms", "kl", "rank"]],
  ];
  test.each(mutations)("%s", (_, change, names) => {
    const red = failed(compare(change));
    for (const name of names) expect(red, name).toContain(name);
  });
});

function swapTop(row: number[]): void {
  const [first, second] = row.map((value, index) => ({ value, index })).sort((a, b) => b.value - a.value);
  row[first!.index] = second!.value;
  row[second!.index] = first!.value;
}

test("4 F warns, 8 F still passes, slightly more fails", () => {
  expect(compare((rows) => (rows[0]![5]! += 4 * F)).get("max")?.status).toBe("passed");
  expect(compare((rows) => (rows[0]![5]! += 5 * F)).get("max")?.status).toBe("warned");
  expect(compare((rows) => (rows[0]![5]! += 8 * F)).get("max")?.status).toBe("warned");
  expect(compare((rows) => (rows[0]![5]! += 8.01 * F)).get("max")?.status).toBe("failed");
  const gpu = TOLERANCES["float32-gpu"];
  expect(failed(compare((rows) => (rows[0]![5]! += 15 * F), gpu))).toEqual([]);
  expect(failed(compare((rows) => (rows[0]![5]! += 17 * F), gpu))).toContain("max");
});

test("reports the position and the amount", () => {
  expect(compare((rows) => (rows[1]![3]! += 9 * F)).get("max")).toMatchObject({
    value: 9,
    limit: 8,
    message: "the largest difference is 5.5e-4 = 9.0 F, at image 1, class 3; the limit is 8 F",
  });
  expect(compare((rows) => (rows[1]![3] = Number.NaN)).get("finite")?.message).toMatch(/image 1, class 3 is NaN/);
});

test("infinity equals only itself; NaN equals nothing", () => {
  const rows = [[1, -Infinity, 0]];
  const options = { noise, policy: TOLERANCES.float32 };
  const same = compareLogits(floats(rows), { reference: doubles(rows), ...options });
  expect(same.checks.map((check) => check.status)).toEqual(["passed", "passed", "passed", "passed"]);
  const other = compareLogits(floats([[1, Infinity, 0]]), { reference: doubles(rows), ...options });
  expect(other.checks[0]).toMatchObject({ name: "finite", status: "failed" });
  const nan = [[1, Number.NaN, 0]];
  const both = compareLogits(floats(nan), { reference: doubles(nan), ...options });
  expect(both.checks[0]).toMatchObject({ name: "finite", status: "failed" });
});

test("a wrong shape or dtype is a hard failure and nothing else is measured", () => {
  const options = { reference, noise, policy: TOLERANCES.float32 };
  for (const wrong of [floats(ROWS.slice(1)), { ...floats(ROWS), shape: [40] }, doubles(ROWS)]) {
    const { checks, maxAbs } = compareLogits(wrong, options);
    expect(checks).toHaveLength(1);
    expect(checks[0]).toMatchObject({ name: "outputs", status: "failed" });
    expect(maxAbs).toBeNaN();
  }
});

describe("rank", () => {
  test("near pairs may swap, clear ones may not", () => {
    const gap = 16 * F;
    const values = [1, 1 + 10 * F, 0];
    expect(brokenRank([1, 0.99, 0], { reference: values, gap })).toBeUndefined();
    expect(brokenRank([1, 1, 1], { reference: values, gap })).toEqual({ above: 1, below: 2 });
  });

  test("agrees with comparing all pairs", () => {
    const row = fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(row, row, fc.integer({ min: 0, max: 4 }), (a, b, gap) => {
        const size = Math.min(a.length, b.length);
        const actual = a.slice(0, size);
        const wanted = b.slice(0, size);
        const broken = wanted.some((x, i) => wanted.some((y, j) => x - y > gap && !(actual[i]! > actual[j]!)));
        const found = brokenRank(actual, { reference: wanted, gap });
        expect(found !== undefined).toBe(broken);
        if (found) {
          expect(wanted[found.above]! - wanted[found.below]!).toBeGreaterThan(gap);
          expect(actual[found.above]! > actual[found.below]!).toBe(false);
        }
      }),
      { numRuns: 500 },
    );
  });

  test("whatever passes the max gate keeps every required order", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -8, max: 8 }), { minLength: 40, maxLength: 40 }), (offsets) => {
        const rows = ROWS.map((row, image) => row.map((value, index) => value + offsets[image * 20 + index]! * F));
        const { checks } = compareLogits(floats(rows), { reference, noise, policy: TOLERANCES.float32 });
        expect(checks.find((check) => check.name === "max")?.status).not.toBe("failed");
        expect(checks.find((check) => check.name === "rank")?.status).toBe("passed");
      }),
      { numRuns: 200 },
    );
  });
});
