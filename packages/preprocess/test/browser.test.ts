// The same code in Chromium gives the same bytes.
import { existsSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";

import { type Browser, chromium } from "playwright-core";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { rawPixels, readCases, readImages, type ResizeCase, type TransformCase } from "./cases.ts";
import type { PageInput, PageResult } from "./page.ts";

const chrome = [process.env["CHROME_PATH"], "/usr/bin/chromium", "/usr/bin/google-chrome"].find(
  (path) => path !== undefined && existsSync(path),
);
const images = ["jpeg", "jpeg-damaged", "png", "png-damaged"].flatMap((name) => readImages(name));
const resizes = readCases<ResizeCase>("resize");
const transforms = readCases<TransformCase>("transforms");

/** The page's script, as an application would bundle it. */
async function bundle(): Promise<string> {
  const result = await build({
    configFile: false,
    root: fileURLToPath(new URL(".", import.meta.url)),
    logLevel: "error",
    resolve: { conditions: ["@samoyed/source", "module", "browser", "production"] },
    build: {
      write: false,
      target: "es2022",
      modulePreload: false,
      rollupOptions: { input: fileURLToPath(new URL("page.ts", import.meta.url)) },
    },
  });
  if (Array.isArray(result) || !("output" in result)) throw new Error("vite built something else than one bundle");
  return result.output[0].code;
}

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

if (chrome === undefined) {
  test.skip("not run: Chromium is not installed");
} else {
  describe("in Chromium", () => {
    let server: Server;
    let browser: Browser;
    let code: string;
    let result: PageResult;

    beforeAll(async () => {
      code = await bundle();
      const files = new Map([
        ["/", ["text/html", '<!doctype html><script type="module" src="/page.js"></script>']],
        ["/page.js", ["text/javascript", code]],
        ["/input.json", ["application/json", JSON.stringify(pageInput())]],
      ] as const);
      server = createServer((request, response) => {
        const [type, body] = files.get((request.url ?? "") as "/") ?? ["text/plain", ""];
        response.setHeader("content-type", type);
        response.end(body);
      }).listen(0, "127.0.0.1");
      await new Promise((done) => server.once("listening", done));
      browser = await chromium.launch({
        executablePath: chrome,
        args: [
          "--headless",
          "--no-sandbox",
          "--disable-gpu",
          "--disable-quic",
          "--no-first-run",
          "--disable-background-networking",
          "--disable-component-update",
          "--disable-sync",
        ],
      });
      const page = await browser.newPage();
      await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
      await page.waitForFunction(() => window.runPreprocess !== undefined);
      result = await page.evaluate(() => window.runPreprocess!());
    });

    afterAll(async () => {
      await browser?.close();
      server?.close();
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
      expect(code).not.toMatch(/\bfrom\s*["']|\brequire\(|\bBuffer\b|\bprocess\./);
    });
  });
}
