import { expect, test } from "vitest";
// @ts-expect-error a plain script
import { downloadSizes, excesses, MODELS } from "../size.mjs";

/** Bytes, as `weigh` gives them. */
interface Sizes {
  readonly raw: number;
  readonly gzip: number;
  readonly brotli: number;
}

const LIMITS: readonly (readonly [string, Sizes])[] = Object.entries(
  MODELS as Record<string, { readonly limits: Sizes }>,
).map(([name, { limits }]) => [name, limits]);

test("a page downloads no more of the runtime of .smyd models than its kind of model may take", async () => {
  const sizes = (await downloadSizes("size/runtime.mjs")) as Readonly<Record<string, Sizes>>;
  const raw = LIMITS.map(([name]) => sizes[name]!.raw);
  // Less than this would be a bundle without the kernels.
  expect(raw[0]).toBeGreaterThan(30_000);
  // Each kind takes more than the one before it, or nothing was downloaded for it.
  expect(raw).toEqual(raw.toSorted((a, b) => a - b));
  expect(new Set(raw).size).toBe(5);
  for (const [name, limits] of LIMITS) expect(excesses(sizes[name], limits), name).toEqual([]);
});

test("a size above its limit, or a missing size, is reported", () => {
  const limits = { raw: 3, gzip: 2, brotli: 1 };
  expect(excesses({ ...limits, gzip: 3 }, limits)).toEqual(["gzip: 3 bytes; at most 2"]);
  expect(excesses({ raw: Number.NaN, gzip: 1, brotli: 1 }, limits)).toHaveLength(1);
});

test("kernels that are not separate files are refused", async () => {
  await expect(downloadSizes("size/nothing.mjs")).rejects.toThrow(/expected sixteen files .*; got none/);
});
