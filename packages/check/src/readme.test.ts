import { runReadme } from "@samoyed/test-support/readme";
import { expect, test } from "vitest";

test("the README's example checks a case on a backend", async () => {
  const printed = await runReadme(new URL("../README.md", import.meta.url));
  expect(printed).toMatch(/^making ready smyd\n/);
  expect(printed).toMatch(/smyd .*passed +recorded/);
});
