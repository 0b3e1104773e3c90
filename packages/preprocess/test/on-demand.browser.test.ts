// A page downloads a decoder when an image takes it, and computes what Node does.
import { bundlePage, type SiteFiles } from "@samoyed/test-support/browser/bundle-page";
import { describeInChromium, type OpenPage } from "@samoyed/test-support/browser/chromium";
import { beforeAll, expect, test } from "vitest";
import { createTransform } from "../src/index.ts";
import { readImages } from "./cases.ts";

/** A text of each module that decodes something, by what it decodes. */
const TEXTS: Readonly<Record<string, string>> = {
  JPEG: "JPEG: the file does not begin",
  "rare JPEG": "scans visit",
  PNG: "PNG: the file has no",
  BMP: "BMP: the file does not begin",
  orientation: "tiff:Orientation",
  pixels: "colorSpace is",
  refusal: "Convert it without loss",
};

function recorded(name: string, title: RegExp): Uint8Array {
  return readImages(name).find((each) => title.test(each.case[0]))!.bytes;
}

const IMAGES: Readonly<Record<string, Uint8Array>> = {
  baseline: recorded("jpeg", /^RGB pillow .*'progressive': False/),
  progressive: recorded("jpeg", /^RGB pillow .*'progressive': True/),
  png: recorded("png", /^type 2, 8 bits/),
  bmp: recorded("bmp", /^24 bits/),
  turned: recorded("oriented", /^jpeg 6$/),
};

describeInChromium("in Chromium", "none", (open) => {
  let files: SiteFiles;

  beforeAll(async () => {
    files = await bundlePage(new URL("./on-demand-page.ts", import.meta.url), { minify: true });
    for (const [name, bytes] of Object.entries(IMAGES)) files.set(`/${name}`, bytes);
  });

  /** What the page has downloaded to decode images. */
  function decoders({ requests }: OpenPage): string[] {
    const texts = requests.map((url) => String(files.get(new URL(url).pathname)));
    return Object.keys(TEXTS).filter((what) => texts.some((text) => text.includes(TEXTS[what]!)));
  }

  test.each([
    ["baseline", ["JPEG"]],
    ["progressive", ["JPEG", "rare JPEG"]],
    ["png", ["PNG"]],
    ["bmp", ["BMP"]],
    ["turned", ["JPEG", "orientation"]],
  ] as const)("%s takes %j", async (name, wanted) => {
    const opened = await open(files, { ready: "tensorOf" });
    expect(decoders(opened)).toEqual([]);
    const tensor = await opened.page.evaluate((url) => window.tensorOf!(url, "file"), name);
    expect(decoders(opened)).toEqual(wanted);
    const transform = createTransform({ inputSize: [3, 8, 8], exifOrientation: "apply" });
    expect(tensor).toEqual([...transform(IMAGES[name]!).tensor.data]);
    await opened.close();
  });

  test("an image that the browser decoded takes no decoder", async () => {
    const opened = await open(files, { ready: "tensorOf" });
    expect(await opened.page.evaluate(() => window.tensorOf!("png", "pixels"))).toHaveLength(3 * 8 * 8);
    expect(decoders(opened)).toEqual(["pixels"]);
    await opened.close();
  });

  test("a decoder that is not served is an error that says so", async () => {
    const served = new Map([...files].filter(([, body]) => !String(body).includes(TEXTS["BMP"]!)));
    const opened = await open(served, { ready: "tensorOf" });
    const error = opened.page.evaluate(() => window.tensorOf!("bmp", "file"));
    await expect(error).rejects.toThrow(/IoError: the module that decodes this image could not be loaded/);
    await opened.close();
  });
});
