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
  turning: "swap:",
  pixels: "colorSpace is",
  settings: "resize mode",
  refusal: "Convert it without loss",
};

function recorded(name: string, title: RegExp): Uint8Array {
  return readImages(name).find((each) => title.test(each.case[0]))!.bytes;
}

const USUAL = {
  inputSize: [3, 8, 8],
  interpolation: "bicubic",
  cropPct: 0.9,
  cropMode: "center",
  mean: [0.5, 0.5, 0.5],
  std: [0.5, 0.5, 0.5],
  exifOrientation: "apply",
} as const;

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
    ["turned", ["JPEG", "orientation", "turning"]],
  ] as const)("%s takes %j", async (name, wanted) => {
    const opened = await open(files, { ready: "tensorOf" });
    expect(decoders(opened)).toEqual([]);
    const tensor = await opened.page.evaluate((call) => window.tensorOf!(...call), [
      name,
      { as: "file", config: USUAL },
    ] as const);
    expect(decoders(opened)).toEqual(wanted);
    expect(tensor).toEqual([...createTransform(USUAL)(IMAGES[name]!).tensor.data]);
    await opened.close();
  });

  test("an image that the browser decoded takes no decoder", async () => {
    const opened = await open(files, { ready: "tensorOf" });
    const call = { as: "pixels", config: USUAL } as const;
    const tensor = await opened.page.evaluate((options) => window.tensorOf!("png", options), call);
    expect(tensor).toHaveLength(3 * 8 * 8);
    expect(decoders(opened)).toEqual(["pixels"]);
    await opened.close();
  });

  test("settings that few models have are downloaded with the transform", async () => {
    const opened = await open(files, { ready: "tensorOf" });
    const config = { ...USUAL, resize: { mode: "fit" }, resampler: "torch" } as const;
    const call = { as: "file", config } as const;
    const tensor = await opened.page.evaluate((options) => window.tensorOf!("png", options), call);
    expect(tensor).toEqual([...createTransform(config)(IMAGES["png"]!).tensor.data]);
    expect(decoders(opened)).toEqual(["PNG", "settings"]);
    await opened.close();
  });

  test("a decoder that is not served is an error that says so", async () => {
    const served = new Map([...files].filter(([, body]) => !String(body).includes(TEXTS["BMP"]!)));
    const opened = await open(served, { ready: "tensorOf" });
    const call = { as: "file", config: USUAL } as const;
    const error = opened.page.evaluate((options) => window.tensorOf!("bmp", options), call);
    await expect(error).rejects.toThrow(/IoError: a module that prepares images could not be loaded/);
    await opened.close();
  });
});
