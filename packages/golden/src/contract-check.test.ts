import type { Contract } from "@samoyed/core";
import { expect, test } from "vitest";
import { fakeBackend, fakeFiles, LABELS, preprocess } from "../test/fake-case.ts";
import type { ArtifactContract } from "./contract-check.ts";
import { openCase } from "./open-case.ts";
import { runCase } from "./run-case.ts";

const loaded = await openCase(await fakeFiles());
const SHA256 = "c".repeat(64);
const CONTRACT: Contract = {
  version: 1,
  model: "fake.test",
  task: "logits",
  input: "input",
  output: "logits",
  preprocess: loaded.case.preprocess,
  labels: LABELS,
  weights: "float32",
  source: { name: "fake.pth", sha256: SHA256 },
  generator: "samoyed 0.0.0",
};

async function verdictWith(artifact: ArtifactContract): Promise<string> {
  const good = fakeBackend("good");
  const backend = { ...good, open: async () => ({ ...(await good.open({})), artifact }) };
  const { backends } = await runCase(loaded, { backends: [backend], preprocess, asset: async () => new Uint8Array() });
  const { verdict } = backends[0]!;
  return verdict.kind === "failed" ? verdict.reasons.join("\n") : verdict.kind;
}

test("an artifact whose contract is the case's passes", async () => {
  expect(await verdictWith({ contract: CONTRACT, sourceSha256: SHA256 })).toBe("passed");
});

const { preprocess: config } = CONTRACT;
test.each<[string, Partial<Contract>, string]>([
  [
    "labels in another order",
    { labels: [...LABELS.slice(1), LABELS[0]!] },
    'labels[0]: got "square", expected "circle"',
  ],
  ["no labels", { labels: [] }, "the number of labels: got 0, expected 4"],
  ["another mean", { preprocess: { ...config, mean: [0.4] } }, "preprocess.mean: got [0.4], expected [0.5]"],
  ["another deviation", { preprocess: { ...config, std: [0.4] } }, "preprocess.std: got [0.4], expected [0.5]"],
  [
    "another filter",
    { preprocess: { ...config, interpolation: "bicubic" } },
    'preprocess.interpolation: got "bicubic", expected "bilinear"',
  ],
  ["another crop", { preprocess: { ...config, cropPct: 1 } }, "preprocess.cropPct: got 1, expected 0.875"],
  [
    "a border that is not the case's",
    { preprocess: { ...config, cropBorderPixels: 1 } },
    "preprocess.cropBorderPixels: got 1, expected absent",
  ],
  ["another task", { task: "features" } as Partial<Contract>, 'task: got "features", expected "logits"'],
  [
    "another source",
    { source: { name: "fake.pth", sha256: "d".repeat(64) } },
    `source.sha256: got "${"d".repeat(64)}"`,
  ],
  ["a stand-in", { standIn: "made" }, "whether the weights are a stand-in: got true, expected false"],
])("%s fails", async (_, change, reason) => {
  const contract = { ...CONTRACT, ...change } as Contract;
  expect(await verdictWith({ contract, sourceSha256: SHA256 })).toContain(`the contract is not the case's: ${reason}`);
});

test("several differences are counted, and no contract is one", async () => {
  const contract = { ...CONTRACT, labels: [], preprocess: { ...config, cropPct: 1 } } as Contract;
  expect(await verdictWith({ contract, sourceSha256: SHA256 })).toMatch(/expected 0\.875, and 1 more$/u);
  expect(await verdictWith({ contract: undefined, sourceSha256: SHA256 })).toContain("the artifact has no contract");
});
