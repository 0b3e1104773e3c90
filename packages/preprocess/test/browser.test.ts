// The same code in Chromium gives the same bytes.
import { bundlePage, programsOf, type SiteFiles } from "@samoyed/test-support/browser/bundle-page";
import { describeInChromium } from "@samoyed/test-support/browser/chromium";
import { beforeAll, expect, test } from "vitest";
import { rawPixels, readCases, readImages, type ResizeCase, type TransformCase } from "./cases.ts";
import type { PageInput, PageResult } from "./page.ts";

const images = ["jpeg", "png", "bmp", "gif", "webp"].flatMap((name) => [
  ...readImages(name),
  ...readImages(`${name}-damaged`),
]);
const resizes = readCases<ResizeCase>("resize");
const transforms = readCases<TransformCase>("transforms");

function pageInput(): PageInput {
  const base64 = (data: Uint8Array): string => Buffer.from(data).toString("base64");
  const raw = (each: ResizeCase | TransformCase) => {
    const image = rawPixels(each[0], each[1], each[2], each[3]);
    return { width: image.width, height: image.height, data: base64(image.data) };
  };
  return {
    images: images.map(({ bytes }) => base64(bytes)),
    resizes: resizes.map((each) => ({
      ...raw(each),
      options: { width: each[4], height: each[5], interpolation: each[6] },
    })),
    transforms: transforms.map((each) => ({ ...raw(each), config: each[4] })),
  };
}

describeInChromium("in Chromium", "none", (open) => {
  let files: SiteFiles;
  let result: PageResult;

  beforeAll(async () => {
    files = await bundlePage(new URL("./page.ts", import.meta.url), { minify: true });
    files.set("/input.json", JSON.stringify(pageInput()));
    const { page } = await open(files, { ready: "runPreprocess" });
    result = await page.evaluate(() => window.runPreprocess!());
  });

  test("images decode to Pillow's pixels, or are refused with a typed error", () => {
    expect(result.images).toHaveLength(images.length);
    for (const [index, { case: wanted }] of images.entries()) {
      if (wanted[4] === null) expect(result.images[index], `image ${index}`).toMatch(/^(format|unsupported|shape)$/);
      else expect(result.images[index], `image ${index}, ${wanted[0]}`).toBe(wanted[4]);
    }
  });

  test("images are resized as by Pillow", () => {
    expect(result.resizes).toEqual(resizes.map((each) => each[7]));
  });

  test("tensors are timm's", () => {
    expect(result.transforms).toEqual(transforms.map((each) => each[5] ?? "shape"));
  });

  test("the bundle needs nothing of Node", () => {
    expect(programsOf(files)).not.toMatch(/\bfrom\s*["']|\brequire\(|\bBuffer\b|\bprocess\./);
  });
});
