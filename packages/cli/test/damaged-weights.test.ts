// A checkpoint whose weights were damaged on the way converts, as PyTorch would load it, and a note says so.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { SHAPES, temporaryFolder } from "./support/folders.ts";
import { runMain } from "./support/run-main.ts";

const folder = temporaryFolder();

test("a bit that flipped in a stored weight is a note that names the entry", async () => {
  const bytes = readFileSync(SHAPES);
  const sound = await runMain(["convert", SHAPES, "--out", join(folder, "sound"), "--json"]);
  expect(sound.json.warnings.join()).not.toContain("checksum");

  // The largest entries are weights; the middle of the file lies in one.
  bytes[bytes.length >> 1]! ^= 1;
  const path = join(folder, "damaged.pth");
  writeFileSync(path, bytes);
  const argv = ["convert", path, "--to", "onnx,tfjs,smyd", "--out", join(folder, "damaged")];
  const { code, json } = await runMain([...argv, "--json"]);
  expect(code).toBe(0);
  const mismatch = /damaged\.pth: \S+\/data\/\d+: the bytes have checksum [0-9a-f]{8}, the archive states [0-9a-f]{8}/;
  expect(json.warnings.filter((warning: string) => mismatch.test(warning))).toHaveLength(1);
  expect((await runMain(argv)).stdout).toMatch(new RegExp(`^note +.*${mismatch.source}`, "m"));
});
