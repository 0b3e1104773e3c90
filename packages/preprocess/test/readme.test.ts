import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

import { expect, test } from "vitest";

import * as preprocess from "../src/index.ts";

test("the README's example prints what it says", async () => {
  const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
  const block = (language: string): string => new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\``, "m").exec(readme)![1]!;
  const root = fileURLToPath(new URL("../../../", import.meta.url));
  const modules: Record<string, unknown> = {
    "@samoyed/preprocess": preprocess,
    // The example's paths are those of the repository's root.
    "node:fs/promises": { readFile: (path: string) => readFile(`${root}${path}`) },
  };
  const body = block("js").replaceAll(/^import (\{.*?\}) from (".*?");$/gm, "const $1 = modules[$2];");
  const lines: string[] = [];
  const log = (...values: unknown[]): void => void lines.push(values.join(" "));
  const AsyncFunction = (async () => {}).constructor as new (
    ...source: string[]
  ) => (...values: unknown[]) => Promise<void>;
  await new AsyncFunction("modules", "console", body)(modules, { log });
  expect(`${lines.join("\n")}\n`).toBe(block("text"));
});
