import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, chromium } from "playwright-core";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadClassifier } from "../src/node.ts";
import { answers, fixture } from "./fixtures.ts";
import type { PageResult } from "./page.ts";

const CHROME = process.env["CHROME_PATH"] ?? "/usr/bin/chromium";
const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const IMAGE = here("../../../golden/images/samoyed-drawn.jpg");
const TYPES: Record<string, string> = { html: "text/html", js: "text/javascript", wasm: "application/wasm" };

/** The page and our modules as an application would bundle them. */
async function bundle(): Promise<Map<string, Uint8Array | string>> {
  const result = await build({
    configFile: false,
    root: here("."),
    logLevel: "error",
    resolve: { conditions: ["@samoyed/source", "module", "browser", "production"] },
    build: {
      write: false,
      minify: false,
      target: "es2022",
      modulePreload: false,
      rollupOptions: { input: here("./page.ts"), output: { entryFileNames: "page.js" } },
    },
  });
  if (Array.isArray(result) || !("output" in result)) throw new Error("vite built something else than one bundle");
  return new Map(result.output.map((file) => [`/${file.fileName}`, file.type === "chunk" ? file.code : file.source]));
}

describe.skipIf(!existsSync(CHROME))(
  `in a browser${existsSync(CHROME) ? "" : " (not run: Chromium is not installed)"}`,
  () => {
    let server: Server;
    let browser: Browser;
    let files: Map<string, Uint8Array | string>;
    let base: string;

    beforeAll(async () => {
      files = await bundle();
      const wasm = join(
        dirname(createRequire(import.meta.url).resolve("onnxruntime-web")),
        "ort-wasm-simd-threaded.wasm",
      );
      files.set("/elsewhere/engine.wasm", await readFile(wasm));
      files.set("/index.html", `<!doctype html><script type="module" src="/page.js"></script>`);
      files.set("/classifier.onnx", await readFile(fixture("classifier.onnx")));
      files.set("/image.jpg", await readFile(IMAGE));
      server = createServer((request, response) => {
        const body = files.get(request.url ?? "");
        response.statusCode = body === undefined ? 404 : 200;
        response.setHeader("content-type", TYPES[request.url?.split(".").at(-1) ?? ""] ?? "application/octet-stream");
        response.end(body ?? "nothing here");
      }).listen(0, "127.0.0.1");
      await new Promise((done) => server.once("listening", done));
      base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      browser = await chromium.launch({
        executablePath: CHROME,
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
    });

    afterAll(async () => {
      await browser?.close();
      server?.close();
    });

    /** Opens the page, runs it, and fails on anything that leaves this machine. */
    async function runPage(wasmUrl?: string): Promise<{ result: PageResult; requests: string[] }> {
      const page = await browser.newPage();
      const requests: string[] = [];
      const problems: string[] = [];
      page.on("request", (request) => requests.push(request.url()));
      page.on("pageerror", (error) => problems.push(String(error)));
      await page.goto(`${base}/index.html`);
      await page.waitForFunction(() => window.runOnnx !== undefined);
      const result = await page.evaluate((url) => window.runOnnx!(url), wasmUrl);
      await page.close();
      expect(problems).toEqual([]);
      expect(
        requests.filter((url) => !url.startsWith(base) && !url.startsWith("blob:") && !url.startsWith("data:")),
      ).toEqual([]);
      return { result, requests };
    }

    test("a bundled page classifies as Node does, and gives the reference evaluator's values", async () => {
      const { result } = await runPage();
      expect(result.availability).toMatchObject({ available: true, version: expect.stringMatching(/^1\./) });
      for (const name of ["logits", "pool"] as const) {
        for (const [index, value] of result[name].entries()) {
          expect(Math.abs(value - answers(1)[name]!.data[index]!), `${name} ${index}`).toBeLessThan(1e-5);
        }
      }
      expect(result.logits).toHaveLength(6);

      const classifier = await loadClassifier(fixture("classifier.onnx"));
      const wanted = await classifier.classify(new Uint8Array(await readFile(IMAGE)), { top: 6 });
      await classifier.dispose();
      expect(result.answer.map(({ label }) => label)).toEqual(wanted.map(({ label }) => label));
      for (const [rank, { probability }] of result.answer.entries()) {
        expect(Math.abs(probability - wanted[rank]!.probability)).toBeLessThan(1e-5);
      }
      expect(result.errors).toEqual([
        expect.stringMatching(/^IoError: \/missing\.onnx: the server answered 404/),
        expect.stringMatching(/^FormatError: \/image\.jpg: not an ONNX model/),
      ]);
    });

    test("the wasm may lie elsewhere", async () => {
      const { result, requests } = await runPage("/elsewhere/engine.wasm");
      expect(requests).toContain(`${base}/elsewhere/engine.wasm`);
      expect(result.logits).toHaveLength(6);
    });

    test("the bundle holds no Node module and no native engine", () => {
      const code = [...files]
        .filter(([name]) => name.endsWith(".js"))
        .map(([, source]) => String(source))
        .join("\n");
      expect(code).not.toMatch(/from ["']node:(?!module)/);
      expect(code).not.toContain("onnxruntime_binding");
    });
  },
);
