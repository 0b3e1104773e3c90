import { expect, test } from "vitest";
// @ts-expect-error a plain script
import { downloadSize, excesses, LIMITS, WHOLE_LIMITS } from "../size.mjs";

test("a page downloads at most 120 KB of the runtime of .smyd models, 45 KB compressed, before a model needs more", async () => {
  const { first, whole } = await downloadSize("size/runtime.mjs");
  // Less than this would be a bundle without the kernels.
  expect(first.raw).toBeGreaterThan(30_000);
  expect(excesses(first)).toEqual([]);
  expect(excesses(whole, WHOLE_LIMITS)).toEqual([]);
  expect(whole.raw).toBeGreaterThan(first.raw);
});

test("a size above its limit, or a missing size, is reported", () => {
  expect(excesses({ ...LIMITS, gzip: LIMITS.gzip + 1 })).toEqual([
    `gzip: ${LIMITS.gzip + 1} bytes; at most ${LIMITS.gzip}`,
  ]);
  expect(excesses({ raw: Number.NaN, gzip: 1, brotli: 1 })).toHaveLength(1);
});

test("kernels that are not separate files are refused", async () => {
  await expect(downloadSize("size/nothing.mjs")).rejects.toThrow(/expected eight files .*; got none/);
});
