import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test, vi } from "vitest";

const folder = fileURLToPath(new URL("./.readme/", import.meta.url));
const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
const block = (language: string): string => new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\``, "m").exec(readme)![1]!;

afterAll(() => rm(folder, { recursive: true, force: true }));

test("the README's example prints what it says", async () => {
  const log = vi.spyOn(console, "log").mockImplementation(() => {});
  await mkdir(folder, { recursive: true });
  await writeFile(`${folder}example.js`, block("js").replace('"@samoyed/runtime"', '"../../src/index.ts"'));
  await import(/* @vite-ignore */ `${folder}example.js`);
  const printed = log.mock.calls.map((values) => `${values.join(" ")}\n`).join("");
  log.mockRestore();
  expect(printed).toBe(block("text"));
});
