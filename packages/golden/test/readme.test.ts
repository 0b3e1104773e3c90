import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test, vi } from "vitest";

const folder = fileURLToPath(new URL("./.readme/", import.meta.url));
const repository = fileURLToPath(new URL("../../../", import.meta.url));
const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
const blocks = (language: string): string[] =>
  [...readme.matchAll(new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\``, "gm"))].map((match) => match[1]!);

afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs an example as if from the repository's root, its output files in the test's folder. */
async function printed(index: number): Promise<string> {
  const code = blocks("js")
    [index]!.replaceAll('"golden/', `"${repository}golden/`)
    .replaceAll(/(["`])models/g, `$1${folder}models`)
    .replace('"@samoyed/golden"', '"../../src/index.ts"')
    .replace('"@samoyed/golden/node"', '"../../src/node.ts"');
  await mkdir(folder, { recursive: true });
  const file = `${folder}example-${index}.js`;
  await writeFile(file, code);
  const log = vi.spyOn(console, "log").mockImplementation(() => {});
  await import(/* @vite-ignore */ file);
  const text = log.mock.calls.map((values) => `${values.join(" ")}\n`).join("");
  log.mockRestore();
  return text;
}

test("the README holds a backend against PyTorch", { timeout: 60_000 }, async () => {
  const text = await printed(0);
  const [table] = blocks("text");
  // Figures differ from one processor to another in their last digits; PyTorch's are recorded.
  const [, recorded, passed] = table!.trimEnd().split("\n");
  expect(text).toContain(recorded!.trim());
  expect(text).toContain(/98\.0 % of 100, 100 as PyTorch/.exec(passed!)![0]);
  expect(text).toMatch(/onnxruntime-node \S+\s+passed/);
  expect(text).toContain("preprocessing: all 100 input tensors are timm's to the bit");
});

test("the README compares logits", async () => {
  expect(await printed(1)).toBe(blocks("text")[1]);
});
