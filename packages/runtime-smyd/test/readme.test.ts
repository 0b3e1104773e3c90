import { copyFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { golden } from "@samoyed/test-support/paths";
import { runReadme } from "@samoyed/test-support/readme";
import { temporaryFolder } from "@samoyed/test-support/temporary-folder";
import { tinyGraph } from "@samoyed/test-support/tiny-graph";
import { testContract } from "@samoyed/test-support/contract";
import { beforeAll, expect, test } from "vitest";
import { smydBytes } from "./models.ts";

const README = new URL("../README.md", import.meta.url);
const folder = temporaryFolder();

beforeAll(async () => {
  await writeFile(join(folder, "model.smyd"), await smydBytes(tinyGraph(), { contract: testContract() }));
  await copyFile(golden("images/samoyed-drawn.jpg"), join(folder, "dog.jpg"));
});

test("the README classifies an image", async () => {
  expect(await runReadme(README, { folder })).toMatch(/^((circle|square|star|ring) [01]\.\d{4}\n){3}$/);
});

test("the README runs tensors and taps a value", async () => {
  expect(await runReadme(README, { example: 1, folder })).toBe("logits float32 1 × 4\nrelu float32 1 × 16 × 8 × 8\n");
});

test("the README loads with progress", async () => {
  expect(await runReadme(README, { example: 2, folder })).toMatch(/^(\d+ %\n)*100 %\n$/);
});
