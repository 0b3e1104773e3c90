// The same code in Chromium, from Blobs and from URLs read by ranges.
import { bundlePage } from "@samoyed/test-support/browser/bundle-page";
import { describeInChromium } from "@samoyed/test-support/browser/chromium";
import { expect, test } from "vitest";
import { FIXTURE_FILES, FIXTURES, fixtureBytes } from "./fixtures.ts";
import type { PageResult } from "./page.ts";

describeInChromium("in Chromium", "none", (open) => {
  test("every fixture has PyTorch's bytes", async () => {
    const files = await bundlePage(new URL("./page.ts", import.meta.url), { minify: true });
    files.set("/list.json", JSON.stringify(FIXTURES));
    for (const file of FIXTURE_FILES) files.set(`/fixtures/${file}`, fixtureBytes(file));
    const { page } = await open(files, { ready: "result" });
    const result = await page.evaluate(async () => (globalThis as unknown as { result: Promise<PageResult> }).result);
    expect(result.wrong).toEqual([]);
    const tensors = FIXTURES.flatMap(({ tensors }) => Object.values(tensors)).filter((one) => one !== "unsupported");
    expect(result.right).toBe(2 * tensors.length);
  });
});
