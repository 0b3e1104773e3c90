import { readmeBlocks, runReadme } from "@samoyed/test-support/readme";
import { expect, test } from "vitest";

const README = new URL("../README.md", import.meta.url);

test("the README's example prints the documented output", async () => {
  expect(await runReadme(README)).toBe((await readmeBlocks(README, "text"))[0]);
});
