import { readFileSync } from "node:fs";
import * as core from "@samoyed/core";
import * as graph from "@samoyed/graph";
import * as ir from "@samoyed/ir";
import * as cpu from "@tensorflow/tfjs-backend-cpu";
import * as converter from "@tensorflow/tfjs-converter";
import * as tfjsCore from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";
import * as formatTfjs from "./index.ts";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const block = (language: string): string => new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\``, "m").exec(readme)![1]!;

test("the README's example prints what it says", async () => {
  const modules: Record<string, unknown> = {
    "@samoyed/core": core,
    "@samoyed/graph": graph,
    "@samoyed/ir": ir,
    "@samoyed/format-tfjs": formatTfjs,
    "@tensorflow/tfjs-backend-cpu": cpu,
    "@tensorflow/tfjs-converter": converter,
    "@tensorflow/tfjs-core": tfjsCore,
  };
  const body = block("js")
    .replaceAll(/^import (\{.*?\}) from (".*?");$/gm, "const $1 = modules[$2];")
    .replaceAll(/^import (".*?");$/gm, "modules[$1];");
  const lines: string[] = [];
  const log = (...values: unknown[]): void => void lines.push(values.join(" "));
  const AsyncFunction = (async () => {}).constructor as new (
    ...source: string[]
  ) => (...values: unknown[]) => Promise<void>;
  await new AsyncFunction("modules", "console", body)(modules, { log });
  expect(`${lines.join("\n")}\n`).toBe(block("text"));
});
