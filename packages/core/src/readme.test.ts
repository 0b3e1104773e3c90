import { promisedLines, runReadme } from "@samoyed/test-support/readme";
import { expect, test } from "vitest";

const README = new URL("../README.md", import.meta.url);

test("the README's example prints the documented output", async () => {
  const promised = await promisedLines(README);
  expect(promised.split("\n")).toHaveLength(4);
  expect(await runReadme(README)).toBe(promised);
});
