// A checkpoint whose weights were damaged on the way is refused: its archive states the checksum of each.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { filesIn, ROOT, SHAPES, temporaryFolder } from "./support/folders.ts";
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

test("--allow-damaged goes on, and says what is damaged", async () => {
  const argv = ["convert", damaged(), "--allow-damaged", "--out", join(folder, "allowed"), "--json"];
  const { code, json } = await runMain(argv);
  expect(code).toBe(0);
  expect(json).toMatchObject({ warnings: expect.arrayContaining([expect.stringMatching(MISMATCH)]) });
});

test("a bit that flipped in a weight of a .pt2: exit 3, and --allow-damaged goes on", async () => {
  const bytes = readFileSync(join(ROOT, "packages", "format-pt2", "fixtures", "convolution.pt2"));
  const entry = bytes.indexOf("data/weights/weight_0");
  // The bytes of an entry begin at a multiple of 64.
  bytes[Math.ceil((entry + 30) / 64) * 64]! ^= 1;
  const path = join(folder, "damaged.pt2");
  writeFileSync(path, bytes);
  const convert = (...argv: string[]): ReturnType<typeof runMain> =>
    runMain(["convert", path, "--to", "onnx", "--out", join(folder, "pt2"), ...argv]);
  const { code, stderr } = await convert();
  expect(code).toBe(3);
  expect(stderr).toMatch(/damaged\.pt2: \S+weight_0: the bytes have checksum [0-9a-f]{8}, the archive states /);
  expect((await convert("--allow-damaged")).code).toBe(0);
});
