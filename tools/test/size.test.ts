import { expect, test } from "vitest";
// @ts-expect-error a plain script
import { downloadSize, excesses, LIMITS } from "../size.mjs";

test("a page downloads at most 100 KB of the runtime of .smyd models, 40 KB compressed", async () => {
  const sizes = await downloadSize("size/runtime.mjs");
  // Less than this would be a bundle without the kernels.
  expect(sizes.raw).toBeGreaterThan(30_000);
  expect(excesses(sizes)).toEqual([]);
});

test("a size above its limit, or a missing size, is reported", () => {
  expect(excesses({ ...LIMITS, gzip: LIMITS.gzip + 1 })).toEqual([
    `gzip: ${LIMITS.gzip + 1} bytes; at most ${LIMITS.gzip}`,
  ]);
  expect(excesses({ raw: Number.NaN, gzip: 1, brotli: 1 })).toHaveLength(1);
});

test("kernels that are not separate files are refused", async () => {
  await expect(downloadSize("size/nothing.mjs")).rejects.toThrow(/expected four files .*; got none/);
});
