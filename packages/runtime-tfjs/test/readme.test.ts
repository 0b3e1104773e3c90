import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test, vi } from "vitest";
import { golden, TINY, tinyGraph, writeModel } from "./models.ts";

const folder = fileURLToPath(new URL("./.readme/", import.meta.url));
const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
const examples = [...readme.matchAll(/^```js\n([^]*?)^```/gm)].map((match) => match[1]!);
const model = await writeModel(tinyGraph(), { contract: TINY });

afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs an example on a small model and the repository's own image, and returns what it prints. */
async function printed(index: number): Promise<string[]> {
  const code = examples[index]!.replace('"@samoyed/runtime-tfjs"', '"../../src/node.ts"')
    .replace('"model.tfjs/model.json"', JSON.stringify(model))
    .replace('"dog.jpg"', JSON.stringify(golden("images/samoyed-drawn.jpg")));
  await mkdir(folder, { recursive: true });
  const file = `${folder}example-${index}.js`;
  await writeFile(file, code);
  const log = vi.spyOn(console, "log").mockImplementation(() => {});
  await import(/* @vite-ignore */ file);
  const lines = log.mock.calls.map((values) => values.join(" "));
  log.mockRestore();
  return lines;
}

test("the README classifies an image", async () => {
  const lines = await printed(0);
  expect(lines).toHaveLength(3);
  for (const line of lines) expect(line).toMatch(/^(circle|square|star|ring) [01]\.\d{4}$/);
});

test("the README runs tensors and taps a value", async () => {
  expect(await printed(1)).toEqual(["logits float32 1 × 4", "relu float32 1 × 16 × 8 × 8"]);
});

test("the README's browser example makes a backend", async () => {
  expect(await printed(2)).toEqual([]);
});
