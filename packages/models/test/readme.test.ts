import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterEach, expect, it, vi } from "vitest";

const folder = fileURLToPath(new URL("../.cache/", import.meta.url));
const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");

function block(language: string): string {
  return new RegExp(`\`\`\`${language}\n([^]*?)\`\`\``).exec(readme)![1]!;
}

afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

it("the README's example prints what the README says", async () => {
  const lines: string[] = [];
  vi.spyOn(console, "log").mockImplementation((...values: unknown[]) => {
    lines.push(values.map((value) => (typeof value === "string" ? value : JSON.stringify(value))).join(" "));
  });
  mkdirSync(folder, { recursive: true });
  const file = `${folder}readme.ts`;
  writeFileSync(file, block("js").replace('"@samoyed/models"', '"../src/index.ts"'));
  await import(/* @vite-ignore */ file);
  expect(`${lines.join("\n")}\n`).toBe(block("text"));
});
