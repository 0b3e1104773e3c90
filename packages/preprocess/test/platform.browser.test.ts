// Images that a page has are read as what they show.
import { bundlePage } from "@samoyed/test-support/browser/bundle-page";
import { describeInChromium } from "@samoyed/test-support/browser/chromium";
import { beforeAll, expect, test } from "vitest";
import type { PlatformResult } from "./platform-page.ts";

const wanted = Array.from({ length: 9 * 8 * 3 }, (_, i) => ((Math.floor(i / 3) * 4 + (i % 3)) * 37) % 256);

describeInChromium("in Chromium", "none", (open) => {
  let result: PlatformResult;

  beforeAll(async () => {
    const files = await bundlePage(new URL("./platform-page.ts", import.meta.url));
    const { page } = await open(files, { ready: "runPlatform" });
    result = await page.evaluate(() => window.runPlatform!());
  });

  test.each([
    "ImageData",
    "ImageData of a frame",
    "ImageBitmap",
    "VideoFrame",
    "HTMLCanvasElement",
    "OffscreenCanvas",
    "HTMLImageElement",
    "Blob",
  ])("the pixels of %s", (kind) => {
    expect(result[kind]).toEqual(wanted);
  });

  test.each(["a closed ImageBitmap", "an image that is not loaded", "a video without pictures"])(
    "%s is refused with what to do",
    (kind) => {
      expect(result[kind]).toMatch(/^shape Wait until it has loaded/);
    },
  );
});
