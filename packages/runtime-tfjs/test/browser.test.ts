import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Tensor } from "@samoyed/core";
import { interpret } from "@samoyed/graph";
import { type Browser, chromium, type Page } from "playwright-core";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadClassifier } from "../src/node.ts";
import { golden, modelFiles, TINY, tinyGraph, trainedShapes, wave, writeFiles } from "./models.ts";
import type { PageResult } from "./page.ts";

const CHROME = process.env["CHROME_PATH"] ?? "/usr/bin/chromium";
const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const TYPES: Record<string, string> = {
  html: "text/html",
  js: "text/javascript",
  json: "application/json",
  wasm: "application/wasm",
};
/** The policy's gate on graphics hardware: sixteen times the noise of PyTorch's own float32. */
const GPU_GATE = 16;
const CPU_GATE = 8;

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
    let page: Page;
    let base: string;
    const files = new Map<string, Uint8Array | string>();
    const problems: string[] = [];
    const requests: string[] = [];
    const graph = tinyGraph();
    const input = wave([2, 3, 8, 8]);

    beforeAll(async () => {
      for (const [name, body] of await bundle()) files.set(name, body);
      const wasm = dirname(createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm"));
      for (const kind of ["", "-simd", "-threaded-simd"]) {
        files.set(`/wasm/tfjs-backend-wasm${kind}.wasm`, await readFile(join(wasm, `tfjs-backend-wasm${kind}.wasm`)));
      }
      const shapes = await trainedShapes();
      for (const [name, body] of await modelFiles(graph, { contract: TINY })) files.set(`/tiny.tfjs/${name}`, body);
      for (const [name, body] of await modelFiles(shapes.graph, { contract: shapes.contract })) {
        files.set(`/shapes.tfjs/${name}`, body);
      }
      files.set("/broken.tfjs/model.json", files.get("/tiny.tfjs/model.json")!);
      files.set("/index.html", `<!doctype html><script type="module" src="/page.js"></script>`);
      files.set("/image.jpg", await readFile(golden("trained/images/000.jpg")));
      server = createServer((request, response) => {
        const body = files.get(request.url ?? "");
        response.statusCode = body === undefined ? 404 : 200;
        response.setHeader("content-type", TYPES[request.url?.split(".").at(-1) ?? ""] ?? "application/octet-stream");
        // Threads need a page that is isolated from other origins.
        response.setHeader("cross-origin-opener-policy", "same-origin");
        response.setHeader("cross-origin-embedder-policy", "require-corp");
        response.end(body ?? "nothing here");
      }).listen(0, "127.0.0.1");
      await new Promise((done) => server.once("listening", done));
      base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      browser = await chromium.launch({
        executablePath: CHROME,
        args: [
          "--headless",
          "--no-sandbox",
          // Without graphics hardware, WebGL and WebGPU compute on the processor.
          "--enable-unsafe-swiftshader",
          "--use-angle=swiftshader",
          "--enable-unsafe-webgpu",
          "--use-webgpu-adapter=swiftshader",
          "--disable-quic",
          "--no-first-run",
          "--disable-background-networking",
          "--disable-component-update",
          "--disable-sync",
        ],
      });
      page = await browser.newPage();
      page.on("request", (request) => requests.push(request.url()));
      page.on("pageerror", (error) => problems.push(String(error)));
      await page.goto(`${base}/index.html`);
      await page.waitForFunction(() => window.run !== undefined);
    }, 180_000);

    afterAll(async () => {
      await browser?.close();
      server?.close();
    });

    async function run(name: string, tensor: Tensor, url: string, taps: readonly string[] = []): Promise<PageResult> {
      return page.evaluate(([backend, given, address]) => window.run!(backend, given, address), [
        name,
        { shape: [...tensor.shape], data: Array.from(tensor.data, Number), taps },
        url,
      ] as const);
    }

    test.for([
      ["tfjs-cpu", 2e-5, CPU_GATE],
      ["tfjs-wasm", 2e-5, CPU_GATE],
      ["tfjs-webgl", 2e-4, GPU_GATE],
      ["tfjs-webgpu", 2e-4, GPU_GATE],
    ] as const)("%s", { timeout: 300_000 }, async ([name, tolerance, gate], context) => {
      const tiny = await run(name, input, "/tiny.tfjs", ["relu"]);
      if (!tiny.availability.available) {
        // Visible in the report: this browser offers no adapter.
        expect(name).toBe("tfjs-webgpu");
        console.log(`${name}: not run: ${tiny.availability.reason}`);
        context.skip(`not run: ${tiny.availability.reason}`);
      }
      expect(tiny.leaked).toBe(0);
      const wanted = await interpret(graph, { input }, { taps: ["relu"] });
      expect(tiny.relu.shape).toEqual(wanted.get("relu")!.shape);
      expectClose(tiny.logits, wanted.get("logits")!.data, tolerance);
      expectClose(tiny.relu.data, wanted.get("relu")!.data, tolerance);

      const shapes = await trainedShapes();
      const classes = shapes.logits.length / shapes.images.length;
      let error = 0;
      for (const index of [0, 17, 42, 99]) {
        const image = shapes.images[index]!;
        const batch: Tensor = { ...image, shape: [1, ...image.shape] };
        const { logits, leaked } = await run(name, batch, "/shapes.tfjs/model.json");
        expect(leaked).toBe(0);
        const reference = shapes.logits.subarray(index * classes, (index + 1) * classes);
        expect(logits.indexOf(Math.max(...logits))).toBe(reference.indexOf(Math.max(...reference)));
        expectClose(logits, reference, gate * shapes.noise);
        error = Math.max(error, ...logits.map((value, at) => Math.abs(value - reference[at]!) / shapes.noise));
      }
      console.log(`${name}: ${tiny.adapter || "one thread"}: at most ${error.toFixed(1)} F`);
    });

    test("tfjs-wasm takes the build with threads on an isolated page", async () => {
      const { adapter } = await run("tfjs-wasm", input, "/tiny.tfjs");
      expect(await page.evaluate(() => globalThis.crossOriginIsolated)).toBe(true);
      expect(requests).toContain(`${base}/wasm/tfjs-backend-wasm-threaded-simd.wasm`);
      expect(adapter).toMatch(/^[12] threads$/);
    });

    test("a bundled page classifies as Node does", { timeout: 60_000 }, async () => {
      const answer = await page.evaluate(() => window.classify!("/shapes.tfjs/model.json", "/image.jpg"));
      const path = await writeFiles(
        new Map(
          Array.from(files).flatMap(([name, body]) =>
            name.startsWith("/shapes.tfjs/") ? [[name.slice(13), body]] : [],
          ),
        ),
      );
      const classifier = await loadClassifier(path);
      const wanted = await classifier.classify(new Uint8Array(await readFile(golden("trained/images/000.jpg"))), {
        top: 4,
      });
      await classifier.dispose();
      expect(answer.map(({ label }) => label)).toEqual(wanted.map(({ label }) => label));
      expectClose(
        answer.map(({ probability }) => probability),
        wanted.map(({ probability }) => probability),
        1e-5,
      );
    });

    test("what is missing is named; tfjs-node says that it is for Node", async () => {
      const errors = await page.evaluate(() => window.errors!(["/gone.tfjs", "/broken.tfjs", "/image.jpg/model.json"]));
      expect(errors).toEqual([
        expect.stringMatching(/^IoError: http.*\/gone\.tfjs\/model\.json: the server answered 404/),
        expect.stringMatching(
          /^IoError: http.*\/broken\.tfjs\/model\.json: its shard group1-shard1of1\.bin cannot be opened/,
        ),
        expect.stringMatching(/^IoError: /),
      ]);
      expect((await run("tfjs-node", input, "/tiny.tfjs")).availability).toMatchObject({
        available: false,
        reason: "it runs in Node only",
      });
    });

    test("nothing leaves this machine, and the bundle holds no Node module and no native engine", () => {
      expect(problems).toEqual([]);
      const elsewhere = requests.filter((url) => !url.startsWith(base) && !/^(?:blob|data):/u.test(url));
      expect(elsewhere).toEqual([]);
      const code = [...files].filter(([name]) => name.endsWith(".js")).map(([, source]) => String(source));
      expect(code.join("\n")).not.toMatch(/from ["']node:(?!module)/);
      expect(code.join("\n")).not.toContain("tfjs_binding");
    });
  },
);

function expectClose(actual: readonly number[], wanted: ArrayLike<number | bigint>, tolerance: number): void {
  expect(actual).toHaveLength(wanted.length);
  for (const [at, value] of actual.entries()) {
    expect(Math.abs(value - Number(wanted[at])), `element ${at}`).toBeLessThanOrEqual(tolerance);
  }
}
