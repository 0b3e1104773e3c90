import { readFile } from "node:fs/promises";
import type { Tensor } from "@samoyed/core";
import { interpret } from "@samoyed/graph";
import { type TrainedShapes, trainedShapes } from "@samoyed/test-support/trained-shapes";
import { golden } from "@samoyed/test-support/paths";
import { wave } from "@samoyed/test-support/tensors";
import { tinyGraph } from "@samoyed/test-support/tiny-graph";
import { testContract } from "@samoyed/test-support/contract";
import { bundlePage, type SiteFiles } from "@samoyed/test-support/browser/bundle-page";
import { describeInChromium, type OpenPage } from "@samoyed/test-support/browser/chromium";
import { ISOLATED } from "@samoyed/test-support/browser/serve-files";
import { fromWire, toWire } from "@samoyed/test-support/browser/wire";
import { beforeAll, describe, expect, test } from "vitest";
import { loadClassifier, recordSelfTest, smyd } from "../src/node.ts";
import { distance, relativeError, smydBytes } from "./models.ts";
import type { PageRequest, PageResult } from "./page.ts";

/** The policy's gate for float32: eight times the noise of PyTorch's own float32. */
const GATE = 8;

/** How a page is served. */
const HEADERS: Record<string, Record<string, string>> = {
  isolated: ISOLATED,
  shut: {
    ...ISOLATED,
    "content-security-policy": "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'",
  },
  open: {},
};

describeInChromium("in a browser", "none", (open) => {
  let files: SiteFiles;
  const opened = new Map<string, OpenPage>();
  const graph = tinyGraph({ size: 40 });
  const input = wave([2, 3, 40, 40]);
  const contract = testContract({ preprocess: { inputSize: [3, 40, 40] } });
  const taps = ["conv", "sum", "pool"];
  let shapes: TrainedShapes;
  let wanted: ReadonlyMap<string, Tensor>;

  beforeAll(async () => {
    files = await bundlePage(new URL("./page.ts", import.meta.url));
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
    wanted = await interpret(graph, { input }, { taps });
    shapes = await trainedShapes();
    files.set("/shapes.smyd", await smydBytes(shapes.graph, { contract: shapes.contract }));
    files.set("/image.jpg", await readFile(golden("trained/images/000.jpg")));
    for (const [kind, headers] of Object.entries(HEADERS))
      opened.set(kind, await open(files, { ready: "runSmyd", headers }));
  });

  type Where = "page" | "worker";
  async function run(
    kind: string,
    options: Partial<PageRequest> & { readonly where?: Where; readonly tensor?: Tensor } = {},
  ): Promise<Omit<PageResult, "values"> & { readonly values: Readonly<Record<string, Tensor>> }> {
    const { where = "page", tensor = input, ...rest } = options;
    const request = { url: "tiny.smyd", input: toWire(tensor), ...rest };
    const { page, base } = opened.get(kind)!;
    // In a worker, addresses are relative to the worker's script.
    const absolute = { ...request, url: `${base}/${request.url}` };
    const { values, ...result } =
      where === "page"
        ? await page.evaluate((given) => window.runSmyd!(given), absolute)
        : await page.evaluate((given) => window.runInWorker!(given), absolute);
    const tensors = Object.entries(values).map(([name, value]) => [name, fromWire(value)]);
    return { ...result, values: Object.fromEntries(tensors) };
  }

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
    const { page } = opened.get("open")!;
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
    expect(error).toMatch(/^UnavailableError: the model needs \d+ bytes .* of WebAssembly memory/);
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
    const { page } = opened.get("isolated")!;
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
    // Of four sets of operators, once for the page, once for its worker.
    expect(variants).toHaveLength(32);
    const { page, requests, close } = await open(files, { ready: "runSmyd" });
    await page.evaluate(() => window.loadFile!("tiny.smyd"));
    await close();
    expect(requests.filter((url) => variants.some((name) => url.endsWith(name)))).toHaveLength(1);
    // A convolutional classifier needs nothing of the other operators, and a file of Samoyed's no other parser of JSON.
    const further = [...files.keys()].filter((name) =>
      /-(?:all|usual|sequences)-|\/(?:all|conv-transpose|pad|resize|sequences|strict-json)-/.test(name),
    );
    expect(further).toHaveLength(36);
    expect(requests.filter((url) => further.some((name) => url.endsWith(name)))).toEqual([]);
    for (const { elsewhere, problems } of opened.values()) expect([elsewhere(), problems]).toEqual([[], []]);
  });
});
