import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Tensor } from "@samoyed/core";
import { interpret } from "@samoyed/graph";
import { trainedShapes } from "@samoyed/test-support/trained-shapes";
import { golden } from "@samoyed/test-support/paths";
import { wave } from "@samoyed/test-support/tensors";
import { tinyGraph } from "@samoyed/test-support/tiny-graph";
import { testContract } from "@samoyed/test-support/contract";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bundlePage } from "./bundle-page.ts";
import { loadClassifier, recordSelfTest, smyd } from "../src/node.ts";
import { distance, relativeError, smydBytes } from "./models.ts";
import type { PageRequest, PageResult } from "./page.ts";

const CHROME = process.env["CHROME_PATH"] ?? "/usr/bin/chromium";
const TYPES: Record<string, string> = { html: "text/html", js: "text/javascript" };
/** The policy's gate for float32: eight times the noise of PyTorch's own float32. */
const GATE = 8;

/** How a page is served. */
const HEADERS: Record<string, Record<string, string>> = {
  isolated: { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" },
  shut: {
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-embedder-policy": "require-corp",
    "content-security-policy": "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'",
  },
  open: {},
};

describe.skipIf(!existsSync(CHROME))(
  `in a browser${existsSync(CHROME) ? "" : " (not run: Chromium is not installed)"}`,
  () => {
    let server: Server;
    let browser: Browser;
    let base: string;
    const pages = new Map<string, Page>();
    const files = new Map<string, Uint8Array | string>();
    const problems: string[] = [];
    const requests: string[] = [];
    const graph = tinyGraph({ size: 40 });
    const input = wave([2, 3, 40, 40]);
    const contract = testContract({ preprocess: { inputSize: [3, 40, 40] } });

    beforeAll(async () => {
      for (const [name, body] of await bundlePage("./page.ts")) files.set(name, body);
      const bytes = await smydBytes(graph, { contract });
      files.set("/tiny.smyd", bytes);
      const damaged = bytes.slice();
      damaged[damaged.length - 200]! ^= 1;
      files.set("/damaged.smyd", damaged);
      const session = await smyd().load(bytes, { threads: 1 });
      const selfTest = await recordSelfTest(session, { by: "Node" });
      files.set("/tested.smyd", await smydBytes(graph, { contract: { ...contract, selfTest } }));
      const wrong = { ...selfTest, values: selfTest.values.map((value) => value + 2 * selfTest.tolerance) };
      files.set("/wrong.smyd", await smydBytes(graph, { contract: { ...contract, selfTest: wrong } }));
      const shapes = await trainedShapes();
      files.set("/shapes.smyd", await smydBytes(shapes.graph, { contract: shapes.contract }));
      files.set("/index.html", `<!doctype html><script type="module" src="page.js"></script>`);
      files.set("/image.jpg", await readFile(golden("trained/images/000.jpg")));
      server = createServer((request, response) => {
        const [, kind, path] = /^\/(\w+)(\/.*)$/.exec(request.url ?? "") ?? [];
        const body = files.get(path ?? "");
        response.statusCode = body === undefined ? 404 : 200;
        response.setHeader("content-type", TYPES[path?.split(".").at(-1) ?? ""] ?? "application/octet-stream");
        for (const [name, value] of Object.entries(HEADERS[kind ?? ""] ?? {})) response.setHeader(name, value);
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
      for (const kind of Object.keys(HEADERS)) {
        const page = await browser.newPage();
        page.on("request", (request) => requests.push(request.url()));
        page.on("pageerror", (error) => problems.push(String(error)));
        await page.goto(`${base}/${kind}/index.html`);
        await page.waitForFunction(() => window.runSmyd !== undefined);
        pages.set(kind, page);
      }
    });

    afterAll(async () => {
      await browser?.close();
      server?.close();
    });

    type Where = "page" | "worker";
    async function run(
      kind: string,
      options: Partial<PageRequest> & { readonly where?: Where; readonly tensor?: Tensor } = {},
    ): Promise<PageResult> {
      const { where = "page", tensor = input, ...rest } = options;
      const request = { url: "tiny.smyd", shape: tensor.shape, data: Array.from(tensor.data, Number), ...rest };
      const page = pages.get(kind)!;
      // In a worker, addresses are relative to the worker's script.
      const absolute = { ...request, url: `${base}/${kind}/${request.url}` };
      return where === "page"
        ? page.evaluate((given) => window.runSmyd!(given), absolute)
        : page.evaluate((given) => window.runInWorker!(given), absolute);
    }

    const taps = ["conv", "sum", "pool"];
    describe.each(["page", "worker"] as const)("in a %s", (where) => {
      test.each([
        ["open", "plain", undefined],
        ["open", "relaxed", undefined],
        ["open", undefined, 1],
        ["isolated", "plain", undefined],
        ["isolated", "relaxed", 2],
        ["isolated", "plain", 2],
        ["isolated", "plain", 1],
      ] as const)("served %s, %s SIMD, %s threads", async (kind, simd, threads) => {
        const result = await run(kind, { where, taps, ...(simd && { simd }), ...(threads && { threads }) });
        expect(result.error).toBeUndefined();
        expect(result.isolated).toBe(kind === "isolated");
        expect(result.availability).toEqual({ available: true, version: `${simd ?? "relaxed"} SIMD` });
        expect(result.loaded).toBe(files.get("/tiny.smyd")!.length);
        const wanted = await interpret(graph, { input }, { taps });
        for (const name of ["logits", ...taps]) {
          expect(result.values[name]!.shape).toEqual(wanted.get(name)!.shape);
          expect(relativeError(result.values[name]!.data, wanted.get(name)!.data), name).toBeLessThan(2e-6);
        }
      });
    });

    test("plain SIMD gives the very numbers that Node gives", async () => {
      const session = await smyd({ simd: "plain" }).load(files.get("/tiny.smyd") as Uint8Array, { threads: 1 });
      const wanted = await session.run({ input }, { taps });
      for (const threads of [1, 2]) {
        const { values } = await run("isolated", { simd: "plain", threads, taps });
        for (const [name, { data }] of wanted) expect(distance(values[name]!.data, data), name).toBe(0);
      }
    });

    test("more threads where memory cannot be shared are an error that says what mends it", async () => {
      const { error } = await run("open", { threads: 2 });
      expect(error).toMatch(/^UnavailableError: 2 threads are asked for; this page is not cross-origin isolated/);
      expect(error).toMatch(/Cross-Origin-Embedder-Policy/);
    });

    test("workers that the page's policy forbids are an error for whoever asks; one thread runs, also unasked", async () => {
      const { error } = await run("shut", { threads: 2 });
      expect(error).toMatch(/^UnavailableError: 2 workers could not be started.*worker-src blob:/);
      for (const threads of [{ threads: 1 }, {}]) expect((await run("shut", threads)).error).toBeUndefined();
    });

    test("memory that cannot be had is an error with the figure, and the page lives on", async () => {
      const page = pages.get("open")!;
      // Each reserves gigabytes of addresses, of which a browser gives a page so many.
      const taken = await page.evaluate(() => {
        const memories: WebAssembly.Memory[] = [];
        try {
          while (memories.length < 100_000) memories.push(new WebAssembly.Memory({ initial: 1 }));
        } catch {
          (window as { memories?: unknown }).memories = memories;
        }
        return memories.length;
      });
      expect(taken).toBeLessThan(100_000);
      const { error } = await run("open", { threads: 1 });
      expect(error).toMatch(/^UnavailableError: the model needs \d+ bytes \(\d MB\) of WebAssembly memory/);
      await page.evaluate(() => delete (window as { memories?: unknown }).memories);
      // The browser takes them back when it next collects garbage.
      await expect.poll(async () => (await run("open", { threads: 1 })).error).toBeUndefined();
    });

    test("damaged and missing models", async () => {
      expect((await run("open", { url: "damaged.smyd" })).error).toMatch(/^FormatError: .*damaged\.smyd: the weight/);
      expect((await run("open", { url: "gone.smyd" })).error).toMatch(/^IoError: .*the server answered 404/);
      expect((await run("open", { url: "image.jpg" })).error).toMatch(/^FormatError: .*image\.jpg/);
    });

    test("the self-test that Node recorded holds here, with either SIMD", async () => {
      for (const simd of ["plain", "relaxed"] as const) {
        expect((await run("open", { url: "tested.smyd", simd, selfTest: true })).error).toBeUndefined();
      }
      expect((await run("open", { url: "wrong.smyd", selfTest: true })).error).toMatch(/^MismatchError: the self-test/);
    });

    test("the trained network's answers, relaxed SIMD", async () => {
      const shapes = await trainedShapes();
      const classes = shapes.logits.length / shapes.images.length;
      for (const index of [0, 17, 42, 99]) {
        const image = shapes.images[index]!;
        const tensor: Tensor = { ...image, shape: [1, ...image.shape] };
        const { values } = await run("open", { url: "shapes.smyd", tensor });
        const reference = shapes.logits.subarray(index * classes, (index + 1) * classes);
        expect(distance(values["logits"]!.data, reference) / shapes.noise).toBeLessThanOrEqual(GATE);
      }
    });

    test("a bundled page classifies as Node does, and takes a chosen file", async () => {
      const page = pages.get("isolated")!;
      const found = await page.evaluate(() => window.classify!("shapes.smyd", "image.jpg"));
      const classifier = await loadClassifier(files.get("/shapes.smyd") as Uint8Array, { threads: 1 });
      const wanted = await classifier.classify(files.get("/image.jpg") as Uint8Array, { top: 4 });
      await classifier.dispose();
      expect(found.map(({ label }) => label)).toEqual(wanted.map(({ label }) => label));
      expect(
        distance(
          found.map(({ probability }) => probability),
          wanted.map(({ probability }) => probability),
        ),
      ).toBeLessThan(1e-5);
      expect(await page.evaluate(() => window.loadFile!("tiny.smyd"))).toBe("tiny.fixture");
    });

    test("one variant of the kernels is downloaded, and nothing leaves this machine", async () => {
      const variants = [...files.keys()].filter((name) => /(?:plain|relaxed).*\.js$/.test(name));
      // Once for the page, once for its worker.
      expect(variants).toHaveLength(8);
      const page = await browser.newPage();
      const own: string[] = [];
      page.on("request", (request) => own.push(request.url()));
      await page.goto(`${base}/open/index.html`);
      await page.waitForFunction(() => window.runSmyd !== undefined);
      await page.evaluate(() => window.loadFile!("tiny.smyd"));
      await page.close();
      expect(own.filter((url) => variants.some((name) => url.endsWith(name)))).toHaveLength(1);
      expect(requests.filter((url) => !url.startsWith(base) && !url.startsWith("blob:"))).toEqual([]);
      expect(problems).toEqual([]);
    });
  },
);
