import { describe, expect, test } from "vitest";
import {
  DRIFTED,
  fakeBackend,
  fakeFiles,
  type FakeChanges,
  LOGITS,
  preprocess,
  STORED_SHA256,
  withStored,
} from "../test/fake-case.ts";
import { openCase } from "./open-case.ts";
import { renderTable } from "./render-table.ts";
import type { CaseResult } from "./result.ts";
import { runCase, type RunCaseOptions } from "./run-case.ts";
import { summarize } from "./summarize.ts";

/** Runs the case with weights stored as uint8, on one backend. */
async function run(
  backend: Parameters<typeof fakeBackend>[1],
  options: { readonly changes?: FakeChanges; readonly more?: Partial<RunCaseOptions> } = {},
): Promise<CaseResult> {
  const loaded = await openCase(await fakeFiles(options.changes ?? withStored({ budget: 50 })));
  return runCase(loaded, {
    backends: [fakeBackend("one", backend)],
    preprocess,
    asset: async (name) => Promise.reject(new Error(name)),
    stored: "uint8",
    ...options.more,
  });
}

const statuses = ({ backends }: CaseResult): Record<string, string> =>
  Object.fromEntries(backends[0]!.checks.map(({ name, status }) => [name, status]));
const RIGHT = { rows: DRIFTED, weightsSha256: STORED_SHA256 };

describe("two goldens for weights in fewer bits", () => {
  test("PyTorch on the same weights, with the gate of float32; and the drift from the original, with its budget", async () => {
    const result = await run(RIGHT);
    expect(statuses(result)).toEqual({
      weights: "passed",
      max: "passed",
      rms: "passed",
      kl: "passed",
      rank: "passed",
      predictions: "passed",
      batch: "passed",
      drift: "passed",
    });
    expect(result).toMatchObject({ stored: "uint8", pytorch: [{ stored: "float32" }, { stored: "uint8" }] });
    const [backend] = result.backends;
    expect(backend).toMatchObject({
      verdict: { kind: "passed" },
      // PyTorch's own predictions on these weights, one of which differs from the original's.
      accuracy: { referenceCorrect: 3, same: 3 },
      drift: { max: expect.closeTo(0.002, 6), changed: [{ image: 2, original: 2, prediction: 3 }] },
    });
    expect(result.pytorch[1]!.drift!.sqnr).toBeCloseTo(backend!.drift!.sqnr, 2);
    expect(result.statements[0]).toMatch(
      /^PyTorch itself: weights as uint8 move .* the budget is 50 dB\); 2 of 3 predictions stay; image 2 is predicted as 3 instead of 2\.$/,
    );
    const text = renderTable([result], { color: false, width: 200 });
    expect(text).toMatch(/^weights: fake\.pth; stored as uint8$/m);
    expect(text).toMatch(/^ {2}PyTorch, uint8 weights .* 2\.0e-3, \d+\.\d dB, 2 predictions kept$/m);
    expect(text).toMatch(/^ {2}one 1\.2\.3 .* 2\.0e-3, \d+\.\d dB, 2 predictions kept/m);
  });

  test("logits off by a few F are red, however large the allowed drift", async () => {
    const rows = DRIFTED.map((row, image) => row.map((logit, index) => (image + index === 0 ? logit + 2e-4 : logit)));
    const result = await run({ ...RIGHT, rows });
    expect(statuses(result)).toMatchObject({ weights: "passed", max: "failed", drift: "passed" });
    expect(result.backends[0]!.verdict.kind).toBe("failed");
  });

  test("weights stored in another way are red: by their hash, and by their logits", async () => {
    const secret = await run({ rows: LOGITS, weightsSha256: "b".repeat(64) });
    expect(statuses(secret)).toEqual({ weights: "failed" });
    expect(secret.backends[0]!.verdict).toMatchObject({
      kind: "failed",
      reasons: [
        expect.stringMatching(/^the weights read back from uint8 are not those that PyTorch was given; they have/),
      ],
    });
    expect(summarize([secret]).exitCode).toBe(1);
    expect(statuses(await run({ rows: LOGITS, weightsSha256: STORED_SHA256 }))).toMatchObject({ max: "failed" });
    expect(statuses(await run({ rows: DRIFTED }))).toEqual({ weights: "failed" });
  });

  test("a drift beyond the budget is red", async () => {
    const result = await run(RIGHT, { changes: withStored({ budget: 70 }) });
    expect(statuses(result)).toMatchObject({ max: "passed", drift: "failed" });
    expect(result.backends[0]!.verdict).toMatchObject({
      kind: "failed",
      reasons: [expect.stringMatching(/budget is 70 dB/)],
    });
  });

  test("without a budget the drift is reported but not judged", async () => {
    const result = await run(RIGHT, { changes: withStored() });
    expect(statuses(result)).toMatchObject({ drift: "not run" });
    expect(result.backends[0]).toMatchObject({ verdict: { kind: "passed" }, drift: { images: 3 } });
  });

  test("a way of storing that was not recorded is not run", async () => {
    const result = await run(RIGHT, { more: { stored: "float16" } });
    expect(result.backends[0]!.verdict).toMatchObject({
      kind: "not run",
      reason: "no reference was recorded for these weights",
    });
    expect(result.backends[0]!.drift).toBeDefined();
    expect(summarize([result]).exitCode).toBe(5);
  });

  test("weights other than the case's have no recording, which is not a failure", async () => {
    const weights = { name: "mine.pth", sha256: "e".repeat(64) };
    const result = await run({ rows: DRIFTED, weightsSha256: "f".repeat(64) }, { more: { weights } });
    expect(result.backends[0]!.verdict.kind).toBe("not run");
    expect(result.pytorch).toEqual([]);
    // The same weights in another file, stored in the same way, are known by their hash.
    const copy = await run(RIGHT, { more: { weights: { name: "copy.pth", sha256: "b".repeat(64) } } });
    expect(copy.backends[0]!.verdict.kind).toBe("passed");
  });
});

test("unchanged weights ignore recordings of stored ones", async () => {
  const result = await run({ rows: LOGITS }, { more: { stored: "float32" } });
  expect(result.backends[0]).toMatchObject({ verdict: { kind: "passed" }, accuracy: { same: 3 } });
  expect(result.backends[0]!.drift).toBeUndefined();
  expect(result.pytorch).toHaveLength(1);
});
