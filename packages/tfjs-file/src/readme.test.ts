import { runReadme } from "@samoyed/test-support/readme";
import { temporaryFolder } from "@samoyed/test-support/temporary-folder";
import { expect, test } from "vitest";
import { writeTinyModel } from "../test/tiny-model.ts";

const folder = temporaryFolder();

test("the README's example lists a model's ports and weights", async () => {
  await writeTinyModel(folder);
  expect(await runReadme(new URL("../README.md", import.meta.url), { folder })).toBe(
    "x 2 → sum\n3 nodes, 2 bytes of weights\nbias -1 1.5\n",
  );
});
