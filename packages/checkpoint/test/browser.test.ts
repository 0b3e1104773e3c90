// The same code in Chromium, from Blobs and from URLs read by ranges.
import { existsSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { type Browser, chromium } from "playwright-core";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FIXTURES, fixtureBytes } from "./fixtures.ts";
import type { PageResult } from "./page.ts";

const chrome = [process.env["CHROME_PATH"], "/usr/bin/chromium", "/usr/bin/google-chrome"].find(
  (path) => path !== undefined && existsSync(path),
);

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

/** Serves the page, and the fixtures whole and in ranges. */
function serve(code: string): Server {
  const texts = new Map([
    ["/", ["text/html", '<!doctype html><script type="module" src="/page.js"></script>']],
    ["/page.js", ["text/javascript", code]],
    ["/list.json", ["application/json", JSON.stringify(FIXTURES)]],
  ] as const);
  return createServer((request, response) => {
    const address = decodeURIComponent(request.url ?? "");
    const text = texts.get(address as "/");
    if (text !== undefined) {
      response.setHeader("content-type", text[0]);
      response.end(text[1]);
      return;
    }
    const body = address.startsWith("/fixtures/") ? fixtureBytes(address.slice("/fixtures/".length)) : new Uint8Array();
    const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "");
    response.setHeader("accept-ranges", "bytes");
    response.setHeader("etag", `"${body.byteLength}"`);
    if (range === null) {
      response.end(request.method === "HEAD" ? undefined : body);
      return;
    }
    const start = Number(range[1]);
    const end = range[2] === "" ? body.byteLength - 1 : Math.min(Number(range[2]), body.byteLength - 1);
    response.writeHead(206, { "content-range": `bytes ${start}-${end}/${body.byteLength}` });
    response.end(body.subarray(start, end + 1));
  });
}

if (chrome === undefined) {
  test.skip("not run: Chromium is not installed");
} else {
  describe("in Chromium", () => {
    let server: Server;
    let browser: Browser;
    beforeAll(async () => {
      server = serve(await bundle()).listen(0, "127.0.0.1");
      await new Promise((done) => server.once("listening", done));
      browser = await chromium.launch({
        executablePath: chrome,
        args: ["--headless", "--no-sandbox", "--disable-gpu"],
      });
    });
    afterAll(async () => {
      await browser?.close();
      server?.close();
    });

    test("every fixture has PyTorch's bytes", async () => {
      const page = await browser.newPage();
      await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
      const result = await page.evaluate(async () => (globalThis as unknown as { result: Promise<PageResult> }).result);
      expect(result.wrong).toEqual([]);
      const tensors = FIXTURES.flatMap(({ tensors }) => Object.values(tensors)).filter((one) => one !== "unsupported");
      expect(result.right).toBe(2 * tensors.length);
    });
  });
}
