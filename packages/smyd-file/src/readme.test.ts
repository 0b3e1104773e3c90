import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runReadme } from "@samoyed/test-support/readme";
import { temporaryFolder } from "@samoyed/test-support/temporary-folder";
import { expect, test } from "vitest";
import { assemble, parts } from "../test/hand-made.ts";

const folder = temporaryFolder();

test("the README's example lists a file's operators and weights", async () => {
  await writeFile(join(folder, "model.smyd"), assemble(parts()));
  expect(await runReadme(new URL("../README.md", import.meta.url), { folder })).toBe(
    "Conv, Constant, Add\nweight panel8 float32 2 × 1 × 1 × 2\nbias plain float32 2\n",
  );
});
