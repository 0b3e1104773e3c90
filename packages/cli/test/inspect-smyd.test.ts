// What inspect says of .smyd files that are damaged, or have lost their names' ending.
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { ARROW, SHAPES, SHAPES_SETTINGS, temporaryFolder } from "./support/folders.ts";
import { runMain } from "./support/run-main.ts";
import { twoLines } from "./support/two-lines.ts";

const folder = temporaryFolder();
const model = join(folder, "resnext14_8x16d_c8-16-32-64.smyd");

beforeAll(async () => {
  const { code } = await runMain(["convert", SHAPES, "--to", "smyd", ...SHAPES_SETTINGS, "--out", folder]);
  expect(code).toBe(0);
});

test("inspect says that it verifies no weights, and the commands that it names do", async () => {
  const damaged = join(folder, "damaged.smyd");
  const bytes = readFileSync(model);
  bytes[bytes.length >> 1]! ^= 1;
  writeFileSync(damaged, bytes);
  const { code, stdout } = await runMain(["inspect", damaged]);
  expect(code).toBe(0);
  expect(stdout).toMatch(
    /^not verified +the weights, against their hashes: samoyed classify, run and\s+convert do it/m,
  );
  expect((await runMain(["inspect", damaged, "--json"])).json).toMatchObject({ kind: "smyd", weightsVerified: false });
  for (const argv of [
    ["classify", damaged, ARROW],
    ["convert", damaged, "--to", "onnx", "--out", join(folder, "out")],
  ]) {
    const ran = await runMain(argv);
    expect(ran.code).toBe(3);
    expect(twoLines(ran.stderr).what).toMatch(/damaged\.smyd.*hash/);
  }
});

test.each(["model", "model.bin", "model.safetensors"])(
  "a .smyd file called %s is known by its content",
  async (name) => {
    const path = join(folder, name);
    copyFileSync(model, path);
    const { code, stdout } = await runMain(["inspect", path]);
    expect(code).toBe(0);
    expect(stdout).toBe((await runMain(["inspect", model])).stdout);
  },
);
