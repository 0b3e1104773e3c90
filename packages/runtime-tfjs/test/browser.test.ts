import { readFile } from "node:fs/promises";
import type { Tensor } from "@samoyed/core";
import { interpret } from "@samoyed/graph";
import { trainedShapes } from "@samoyed/test-support/trained-shapes";
import { golden } from "@samoyed/test-support/paths";
import { wave } from "@samoyed/test-support/tensors";
import { tinyGraph } from "@samoyed/test-support/tiny-graph";
import { testContract } from "@samoyed/test-support/contract";
import { bundlePage, programsOf, type SiteFiles } from "@samoyed/test-support/browser/bundle-page";
import { describeInChromium, type OpenPage } from "@samoyed/test-support/browser/chromium";
import { ISOLATED } from "@samoyed/test-support/browser/serve-files";
import { tfjsWasmFiles } from "@samoyed/test-support/browser/tfjs-wasm-files";
import { beforeAll, expect, test } from "vitest";
import { loadClassifier } from "../src/node.ts";
import { modelFiles, writeFiles } from "./models.ts";
import type { PageResult } from "./page.ts";

describeInChromium("in a browser", "software", (open) => {
  let opened: OpenPage;
  let page: OpenPage["page"];
  let files: SiteFiles;
  const graph = tinyGraph();
  const input = wave([2, 3, 8, 8]);

  beforeAll(async () => {
    files = await bundlePage(new URL("./page.ts", import.meta.url));
    for (const [name, body] of await tfjsWasmFiles(import.meta.url)) files.set(name, body);
    const shapes = await trainedShapes();
    for (const [name, body] of await modelFiles(graph, { contract: testContract() }))
      files.set(`/tiny.tfjs/${name}`, body);
    for (const [name, body] of await modelFiles(shapes.graph, { contract: shapes.contract })) {
      files.set(`/shapes.tfjs/${name}`, body);
    }
    files.set("/broken.tfjs/model.json", files.get("/tiny.tfjs/model.json")!);
    files.set("/image.jpg", await readFile(golden("trained/images/000.jpg")));
    // More than the threads that the page asks for.
    opened = await open(files, { ready: "runTfjs", headers: ISOLATED, cores: 8 });
    ({ page } = opened);
  });

  async function run(name: string, tensor: Tensor, url: string, taps: readonly string[] = []): Promise<PageResult> {
    return page.evaluate(([backend, given, address]) => window.runTfjs!(backend, given, address), [
      name,
      { shape: [...tensor.shape], data: Array.from(tensor.data, Number), taps },
      url,
    ] as const);
  }

  test.for([
    ["tfjs-cpu", 2e-5],
    ["tfjs-wasm", 2e-5],
    ["tfjs-webgl", 2e-4],
    ["tfjs-webgpu", 2e-4],
  ] as const)("%s", async ([name, tolerance], context) => {
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
    console.log(`${name}: ${tiny.adapter || "one thread"}`);
  });

  test("tfjs-wasm starts the threads that are asked for, on an isolated page", async () => {
    const { adapter } = await run("tfjs-wasm", input, "/tiny.tfjs");
    expect(await page.evaluate(() => globalThis.crossOriginIsolated)).toBe(true);
    expect(opened.requests).toContain(`${opened.base}/wasm/tfjs-backend-wasm-threaded-simd.wasm`);
    expect(adapter).toBe("2 threads");
  });

  test("and no more than the browser says that there are cores", async () => {
    const other = await open(files, { ready: "runTfjs", headers: ISOLATED, cores: 1 });
    try {
      const given = { shape: [...input.shape], data: Array.from(input.data, Number), taps: [] };
      const adapter = await other.page.evaluate(
        async (tensor) => (await window.runTfjs!("tfjs-wasm", tensor, "/tiny.tfjs")).adapter,
        given,
      );
      expect(adapter).toBe("1 threads");
    } finally {
      await other.close();
    }
  });

  test("a bundled page classifies as Node does", async () => {
    const answer = await page.evaluate(() => window.classify!("/shapes.tfjs/model.json", "/image.jpg"));
    const path = await writeFiles(
      new Map(
        Array.from(files).flatMap(([name, body]) => (name.startsWith("/shapes.tfjs/") ? [[name.slice(13), body]] : [])),
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
        /^IoError: http.*\/broken\.tfjs\/model\.json: its shard group1-shard1of1-\S+\.bin cannot be opened/,
      ),
      expect.stringMatching(/^IoError: /),
    ]);
    expect((await run("tfjs-node", input, "/tiny.tfjs")).availability).toMatchObject({
      available: false,
      reason: "it runs only in Node",
    });
  });

  test("nothing leaves this machine, and the bundle holds no Node module and no native engine", () => {
    expect(opened.problems).toEqual([]);
    expect(opened.elsewhere()).toEqual([]);
    const code = programsOf(files);
    expect(code).not.toMatch(/from ["']node:(?!module)/);
    expect(code).not.toContain("tfjs_binding");
  });
});

function expectClose(actual: readonly number[], wanted: ArrayLike<number | bigint>, tolerance: number): void {
  expect(actual).toHaveLength(wanted.length);
  for (const [at, value] of actual.entries()) {
    expect(Math.abs(value - Number(wanted[at])), `element ${at}`).toBeLessThanOrEqual(tolerance);
  }
}
