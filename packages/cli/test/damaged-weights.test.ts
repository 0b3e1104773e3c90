// A checkpoint whose weights were damaged on the way is refused: its archive states the checksum of each.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { filesIn, SHAPES, temporaryFolder } from "./support/folders.ts";
import { runMain } from "./support/run-main.ts";

const folder = temporaryFolder();
const MISMATCH = /damaged\.pth: \S+\/data\/\d+: the bytes have checksum [0-9a-f]{8}, the archive states [0-9a-f]{8}/;

/** The trained shapes with one bit of a weight flipped. */
function damaged(): string {
  const bytes = readFileSync(SHAPES);
  // The largest entries are weights; the middle of the file lies in one.
  bytes[bytes.length >> 1]! ^= 1;
  const path = join(folder, "damaged.pth");
  writeFileSync(path, bytes);
  return path;
}

test("the same checkpoint without damage converts", async () => {
  expect((await runMain(["convert", SHAPES, "--out", join(folder, "sound"), "--json"])).code).toBe(0);
});

test.each(["onnx", "tfjs", "smyd", "onnx,tfjs,smyd"])("a bit that flipped in a weight, to %s: exit 3", async (to) => {
  const out = join(folder, `to-${to}`);
  const { code, stdout, stderr } = await runMain(["convert", damaged(), "--to", to, "--out", out]);
  expect([code, stdout]).toEqual([3, ""]);
  expect(stderr).toMatch(MISMATCH);
  expect(stderr).toContain("download or copy it again");
  expect(existsSync(out) ? filesIn(out) : []).toEqual([]);
});

test("inspect reads no weight and has nothing to say of it", async () => {
  expect((await runMain(["inspect", damaged()])).code).toBe(0);
});
