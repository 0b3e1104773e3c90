import { readFile } from "node:fs/promises";
import { readmeBlocks, runReadme } from "@samoyed/test-support/readme";
import { expect, test } from "vitest";
import { INTERPRETED_OPERATORS } from "./index.ts";

const README = new URL("../README.md", import.meta.url);

test("the README's example prints what it says", async () => {
  expect(await runReadme(README)).toBe((await readmeBlocks(README, "text"))[0]);
});

test("the README lists every operator", async () => {
  const [, section] = /## Operators\n(.*?)\n## /s.exec(await readFile(README, "utf8"))!;
  const lines = [...section!.matchAll(/^- [^:]+: (.+)$/gm)].map((match) => match[1]!);
  const listed = lines.flatMap((line) => line.split(", "));
  expect(listed.sort()).toEqual(INTERPRETED_OPERATORS);
});
