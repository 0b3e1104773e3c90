import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { golden } from "@samoyed/test-support/paths";
import { runReadme } from "@samoyed/test-support/readme";
import { temporaryFolder } from "@samoyed/test-support/temporary-folder";
import { beforeAll, expect, test } from "vitest";
import { fixture } from "./fixtures.ts";

const README = new URL("../README.md", import.meta.url);
const folder = temporaryFolder();

beforeAll(async () => {
  await copyFile(fixture("classifier.onnx"), join(folder, "model.onnx"));
  await copyFile(golden("images/samoyed-drawn.jpg"), join(folder, "dog.jpg"));
});

test("the README classifies an image", async () => {
  expect(await runReadme(README, { folder })).toMatch(/^((circle|square|star|ring|arrow|cross) [01]\.\d{4}\n){3}$/);
});

test("the README runs tensors and taps a value", async () => {
  expect(await runReadme(README, { example: 1, folder })).toBe("logits float32 1 × 6\nrelu float32 1 × 5 × 8 × 8\n");
});

test("the README's browser example makes a backend", async () => {
  expect(await runReadme(README, { example: 2, folder })).toBe("");
});
