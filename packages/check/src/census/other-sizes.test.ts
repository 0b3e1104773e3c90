import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { smyd } from "@samoyed/runtime-smyd";
import { expect, test } from "vitest";
import { checkNetwork } from "./check-network.ts";

/*
 * Networks whose padding depends on the image's size, at other sizes than the one that the catalogue's graph was exported
 * at: recorded by tools/oracle/census.py --sizes.
 */

const CASES = fileURLToPath(new URL("../../../../golden/census-sizes", import.meta.url));

test.each(await readdir(CASES))("%s, from the checkpoint alone", async (folder) => {
  const cacheDir = await mkdtemp(join(tmpdir(), "samoyed-sizes-"));
  try {
    const { backends, input } = await checkNetwork(join(CASES, folder), {
      backends: [smyd()],
      from: "checkpoint",
      cacheDir,
    });
    expect(folder).toContain(input.slice(2).join("x"));
    expect(backends).toMatchObject([{ backend: "smyd", status: "passed", reasons: [] }]);
    expect(backends[0]!.inNoise).toBeLessThanOrEqual(8);
  } finally {
    await rm(cacheDir, { recursive: true });
  }
});
