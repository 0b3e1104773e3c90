import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { smyd } from "@samoyed/runtime-smyd";
import { afterEach, beforeEach, expect, test } from "vitest";
import { checkNetwork } from "./check-network.ts";

const CENSUS = fileURLToPath(new URL("../../../../golden/census", import.meta.url));

let cacheDir = "";
beforeEach(async () => {
  cacheDir = await mkdtemp(join(tmpdir(), "samoyed-census-"));
});
afterEach(() => rm(cacheDir, { recursive: true }));

test.each(["test_resnet", "test_vit", "test_nfnet"])("%s", async (name) => {
  const result = await checkNetwork(join(CENSUS, name), { backends: [smyd()], cacheDir });
  console.log(JSON.stringify(result.backends));
  expect(result.backends).toMatchObject([{ backend: "smyd", format: "smyd", status: "passed" }]);
});
