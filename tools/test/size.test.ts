import { expect, test } from "vitest";
// @ts-expect-error a plain script
import { downloadSizes, excesses, PAGES } from "../size.mjs";

/** Bytes, as `weigh` gives them. */
interface Sizes {
  readonly raw: number;
  readonly gzip: number;
  readonly brotli: number;
}

/** A page, and its limits for each kind of model. */
interface Page {
  readonly entry: string;
  readonly onDemand: readonly RegExp[];
  readonly limits: readonly Sizes[];
}

test.each(Object.entries(PAGES as Readonly<Record<string, Page>>))(
  "%s: a page downloads no more than its kind of model may take",
  async (_, page) => {
    const sizes = (await downloadSizes(page)) as readonly (Sizes & { readonly model: string })[];
    const raw = sizes.map((each) => each.raw);
    // Less than this would be a bundle without the kernels.
    expect(raw[0]).toBeGreaterThan(30_000);
    // Each kind takes more than the one before it, or nothing was downloaded for it.
    expect(raw).toEqual(raw.toSorted((a, b) => a - b));
    expect(new Set(raw).size).toBe(4);
    for (const [index, { model, ...found }] of sizes.entries()) {
      expect(excesses(found, page.limits[index]), model).toEqual([]);
    }
  },
);

test("a size above its limit, or a missing size, is reported", () => {
  const limits = { raw: 3, gzip: 2, brotli: 1 };
  expect(excesses({ ...limits, gzip: 3 }, limits)).toEqual(["gzip: 3 bytes; at most 2"]);
  expect(excesses({ raw: Number.NaN, gzip: 1, brotli: 1 }, limits)).toHaveLength(1);
});

test("kernels that are not separate files are refused", async () => {
  const page = { entry: "size/nothing.mjs", onDemand: [] };
  await expect(downloadSizes(page)).rejects.toThrow(/expected sixteen files .*; got none/);
});

test("what a page downloads on demand has to be a file", async () => {
  const page = { entry: "size/classifier.mjs", onDemand: [/\/load-task\.js$/] };
  await expect(downloadSizes(page)).rejects.toThrow(/no file of its own has/);
});
