import { readFileSync } from "node:fs";
import * as core from "@samoyed/core";
import * as graph from "@samoyed/graph";
import { expect, test } from "vitest";
import * as formatPt2 from "./index.ts";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const bytes = readFileSync(new URL("../fixtures/trees.pt2", import.meta.url));
const block = (language: string): string => new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\``, "m").exec(readme)![1]!;

test("the README's example prints what it says", async () => {
  const modules: Record<string, unknown> = {
    "@samoyed/core": core,
    "@samoyed/graph": graph,
    "@samoyed/format-pt2": formatPt2,
  };
  const body = block("js").replaceAll(/^import (\{.*?\}) from (".*?");$/gm, "const $1 = modules[$2];");
  const lines: string[] = [];
  const log = (...values: unknown[]): void => void lines.push(values.join(" "));
  const AsyncFunction = (async () => {}).constructor as new (
    ...source: string[]
  ) => (...values: unknown[]) => Promise<void>;
  await new AsyncFunction("modules", "console", "bytes", body)(modules, { log }, bytes);
  expect(`${lines.join("\n")}\n`).toBe(block("text"));
});
