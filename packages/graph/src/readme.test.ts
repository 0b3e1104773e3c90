import { readFileSync } from "node:fs";
import * as core from "@samoyed/core";
import * as ir from "@samoyed/ir";
import { expect, test } from "vitest";
import * as graph from "./index.ts";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");

/** The code of the README's fenced blocks in a language. */
function blocks(language: string): string[] {
  return [...readme.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, "gms"))].map((match) => match[1]!);
}

test("the README's example runs and prints what it says", async () => {
  const modules: Record<string, unknown> = { "@samoyed/core": core, "@samoyed/graph": graph, "@samoyed/ir": ir };
  const [example] = blocks("js");
  const body = example!.replaceAll(/^import (\{.*?\}) from (".*?");$/gm, "const $1 = modules[$2];");
  const lines: string[] = [];
  const log = (...values: unknown[]): void => void lines.push(values.join(" "));
  const AsyncFunction = (async () => {}).constructor as new (
    ...source: string[]
  ) => (...values: unknown[]) => Promise<void>;
  await new AsyncFunction("modules", "console", body)(modules, { log });
  expect(`${lines.join("\n")}\n`).toBe(blocks("text")[0]);
});

test("the README lists every operator", () => {
  const [, section] = /## Operators\n(.*?)\n## /s.exec(readme)!;
  const lines = [...section!.matchAll(/^- [^:]+: (.+)$/gm)].map((match) => match[1]!);
  const listed = lines.flatMap((line) => line.split(", "));
  expect(listed.sort()).toEqual(graph.INTERPRETED_OPERATORS);
});
