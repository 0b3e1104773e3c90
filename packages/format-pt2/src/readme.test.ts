import { fileURLToPath } from "node:url";
import { readmeBlocks, runReadme } from "@samoyed/test-support/readme";
import { expect, test } from "vitest";

const README = new URL("../README.md", import.meta.url);

test("the README's example prints what it says", async () => {
  const folder = fileURLToPath(new URL("../fixtures/", import.meta.url));
  expect(await runReadme(README, { folder })).toBe((await readmeBlocks(README, "text"))[0]);
});
