import { expect, test } from "vitest";
import type { DocumentedReference } from "../case.ts";
import { compareDocumented } from "./compare-documented.ts";
import { judgeDocumented } from "./judge-documented.ts";

const LABELS = ["wolf", "Samoyed", "Pomeranian", "keeshond"];
const reference: DocumentedReference = {
  kind: "documented",
  source: "the page",
  top: [
    { index: 1, label: "Samoyed", probability: 0.6425 },
    { index: 2, label: "Pomeranian", probability: 0.2 },
  ],
  tolerance: 0.001,
  reason: "four decimals are printed",
};

/** Logits with these probabilities. */
function logits(...probabilities: number[]): Float64Array {
  return Float64Array.from(probabilities, (p) => Math.log(p) + 3);
}
const MET = logits(0.0875, 0.6425, 0.2, 0.07);
const OTHER = logits(0.05, 0.7125, 0.2, 0.0375);

test("met: within the tolerance and the names in order", () => {
  expect(compareDocumented(MET, { reference, labels: LABELS })).toMatchObject({
    met: true,
    message: expect.stringMatching(/^Samoyed 0\.6425, documented 0\.6425; the largest difference of 2 probabilities/),
  });
  expect(compareDocumented(logits(0.0866, 0.6434, 0.2, 0.07), { reference }).met).toBe(true);
  expect(compareDocumented(logits(0.0864, 0.6436, 0.2, 0.07), { reference }).met).toBe(false);
});

test("not met: different order, different name, one class too few, NaN", () => {
  const swapped = compareDocumented(logits(0.0875, 0.2, 0.6425, 0.07), { reference, labels: LABELS });
  expect(swapped).toMatchObject({
    met: false,
    message: expect.stringMatching(/rank 1 is Pomeranian instead of Samoyed/),
  });
  // Right probabilities of the two named classes, but a third class is between them.
  const between = compareDocumented(logits(0.2005, 0.6, 0.1995, 0), {
    reference: {
      ...reference,
      tolerance: 0.001,
      top: [
        { index: 1, label: "Samoyed", probability: 0.6 },
        { index: 2, label: "Pomeranian", probability: 0.1995 },
      ],
    },
    labels: LABELS,
  });
  expect(between.met).toBe(false);
  expect(compareDocumented(MET, { reference, labels: ["wolf", "Spitz", "Pomeranian", "keeshond"] })).toMatchObject({
    met: false,
    message: "class 1 is Spitz; the page calls it Samoyed",
  });
  expect(compareDocumented(logits(0.1, 0.9), { reference })).toMatchObject({
    met: false,
    message: expect.stringMatching(/names class 2; there are 2 classes/),
  });
  expect(compareDocumented([1, Number.NaN, 0, 0], { reference }).met).toBe(false);
  expect(compareDocumented([1, Infinity, 0, 0], { reference }).met).toBe(false);
});

const statuses = (given: ReturnType<typeof judgeDocumented>): string[] => given.checks.map((check) => check.status);

test("met by all: passed, without a statement", () => {
  const judged = judgeDocumented(
    [
      { name: "a", logits: MET },
      { name: "b", logits: MET },
    ],
    { reference, pytorch: MET },
  );
  expect(statuses(judged)).toEqual(["passed", "passed"]);
  expect(judged.statements).toEqual([]);
});

test("PyTorch meets it and a backend does not: that backend failed", () => {
  const judged = judgeDocumented(
    [
      { name: "a", logits: MET },
      { name: "b", logits: OTHER },
    ],
    { reference, pytorch: MET },
  );
  expect(statuses(judged)).toEqual(["passed", "failed"]);
});

test("PyTorch itself contradicts the page: a statement, not a failure, and no backend turns green on it", () => {
  const judged = judgeDocumented([{ name: "a", logits: OTHER }], { reference, labels: LABELS, pytorch: OTHER });
  expect(statuses(judged)).toEqual(["contradicted"]);
  expect(judged.statements).toEqual([
    expect.stringMatching(
      /^PyTorch itself, with these weights, does not give the numbers of the page: Samoyed 0\.7125, documented 0\.6425/,
    ),
  ]);
  expect(judgeDocumented([], { reference, pytorch: OTHER }).statements).toHaveLength(1);
});

test("no recording, all agree with one another and not with the page: a statement", () => {
  const judged = judgeDocumented(
    [
      { name: "a", logits: OTHER },
      { name: "b", logits: OTHER },
    ],
    { reference },
  );
  expect(statuses(judged)).toEqual(["contradicted", "contradicted"]);
  expect(judged.statements[0]).toMatch(
    /^a, b agree with one another .* and not with the page: .* This is not a failed conversion/,
  );
});

test("no recording, and the backends disagree with one another: those off the page failed", () => {
  const far = logits(0.4, 0.3, 0.2, 0.1);
  const judged = judgeDocumented(
    [
      { name: "a", logits: OTHER },
      { name: "b", logits: far },
    ],
    { reference },
  );
  expect(statuses(judged)).toEqual(["failed", "failed"]);
  expect(judged.statements[0]).toMatch(/disagree with one another/);
  const mixed = judgeDocumented(
    [
      { name: "a", logits: MET },
      { name: "b", logits: OTHER },
    ],
    { reference },
  );
  expect(statuses(mixed)).toEqual(["passed", "failed"]);
  const nan = judgeDocumented(
    [
      { name: "a", logits: OTHER },
      { name: "b", logits: [0, Number.NaN, 0, 0] },
    ],
    { reference },
  );
  expect(statuses(nan)).toEqual(["failed", "failed"]);
  const short = judgeDocumented(
    [
      { name: "a", logits: OTHER },
      { name: "b", logits: [0, 1] },
    ],
    { reference },
  );
  expect(statuses(short)).toEqual(["failed", "failed"]);
});

test("no recording and only one backend: open, with a statement", () => {
  const judged = judgeDocumented([{ name: "a", logits: OTHER }], { reference });
  expect(statuses(judged)).toEqual(["contradicted"]);
  expect(judged.statements[0]).toMatch(
    /no other backend ran and PyTorch was not recorded .* so which one is right is unknown/,
  );
});
