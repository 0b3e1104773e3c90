import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { smydBytes, TINY, tinyGraph } from "./models.ts";

const folder = fileURLToPath(new URL("./.readme/", import.meta.url));
const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
const examples = [...readme.matchAll(/^```js\n([^]*?)^```/gm)].map((match) => match[1]!);

beforeAll(async () => {
  await mkdir(folder, { recursive: true });
  await writeFile(`${folder}model.smyd`, await smydBytes(tinyGraph(), { contract: TINY }));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs an example on a small model and the repository's own image, and returns what it prints. */
async function printed(index: number): Promise<string[]> {
  const image = fileURLToPath(new URL("../../../golden/images/samoyed-drawn.jpg", import.meta.url));
  const code = examples[index]!.replace('"@samoyed/runtime-smyd"', '"../../src/node.ts"')
    .replace('"model.smyd"', JSON.stringify(`${folder}model.smyd`))
    .replace('"dog.jpg"', JSON.stringify(image));
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

test("the README loads with progress", async () => {
  expect((await printed(2)).at(-1)).toBe("100 %");
});
