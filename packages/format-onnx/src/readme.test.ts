import { readFileSync } from "node:fs";
import * as core from "@samoyed/core";
import * as graph from "@samoyed/graph";
import * as ir from "@samoyed/ir";
import { expect, test } from "vitest";
import * as formatOnnx from "./index.ts";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const block = (language: string): string => new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\``, "m").exec(readme)![1]!;

test("the README's example prints what it says", async () => {
  const modules: Record<string, unknown> = {
    "@samoyed/core": core,
    "@samoyed/graph": graph,
    "@samoyed/ir": ir,
    "@samoyed/format-onnx": formatOnnx,
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
