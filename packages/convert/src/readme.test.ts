import { symlinkSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { golden } from "@samoyed/test-support/paths";
import { promisedLines, runReadme } from "@samoyed/test-support/readme";
import { temporaryFolder } from "@samoyed/test-support/temporary-folder";
import { expect, test } from "vitest";

const README = new URL("../README.md", import.meta.url);
const folder = temporaryFolder();

test("the README's example prints what it says, and writes one file", async () => {
  symlinkSync(golden(""), join(folder, "golden"));
  const promised = await promisedLines(README);
  expect(await runReadme(README, { folder })).toBe(promised);
  expect(await readdir(join(folder, "models"))).toEqual([promised.split("\n")[0]]);
});
