import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { golden } from "@samoyed/test-support/paths";
import { readmeBlocks, runReadme } from "@samoyed/test-support/readme";
import { temporaryFolder } from "@samoyed/test-support/temporary-folder";
import { beforeAll, expect, test } from "vitest";

const README = new URL("../README.md", import.meta.url);
const folder = temporaryFolder();

beforeAll(() => symlink(golden(""), join(folder, "golden")));

test("the README checks a backend against PyTorch", async () => {
  const text = await runReadme(README, { folder });
  const [table] = await readmeBlocks(README, "text");
  // Figures differ from one processor to another in their last digits; PyTorch's are recorded.
  const [, recorded, passed] = table!.trimEnd().split("\n");
  expect(text).toContain(recorded!.trim());
  expect(text).toContain(/98\.0 % of 100, 100 as PyTorch/.exec(passed!)![0]);
  expect(text).toMatch(/onnxruntime-node \S+\s+passed/);
  expect(text).toContain("preprocessing: all 100 input tensors are timm's to the bit");
});

test("the README compares logits", async () => {
  expect(await runReadme(README, { example: 1, folder })).toBe((await readmeBlocks(README, "text"))[1]);
});
