import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { bundlePage, programsOf, type SiteFiles } from "@samoyed/test-support/browser/bundle-page";
import { describeInChromium } from "@samoyed/test-support/browser/chromium";
import { golden } from "@samoyed/test-support/paths";
import { beforeAll, expect, test } from "vitest";
import { loadClassifier } from "../src/node.ts";
import { answers, fixture } from "./fixtures.ts";
import type { PageResult } from "./page.ts";

const IMAGE = golden("images/samoyed-drawn.jpg");

describeInChromium("in a browser", "none", (open) => {
  let files: SiteFiles;

  beforeAll(async () => {
    files = await bundlePage(new URL("./page.ts", import.meta.url));
    const wasm = join(
      dirname(createRequire(import.meta.url).resolve("onnxruntime-web")),
      "ort-wasm-simd-threaded.wasm",
    );
    files.set("/elsewhere/engine.wasm", await readFile(wasm));
    files.set("/classifier.onnx", await readFile(fixture("classifier.onnx")));
    files.set("/image.jpg", await readFile(IMAGE));
  });

  /** Opens the page, runs it, and fails on anything that leaves this machine. */
  async function runPage(
    wasmUrl?: string,
  ): Promise<{ readonly result: PageResult; readonly base: string; readonly requests: readonly string[] }> {
    const { page, base, requests, problems, elsewhere, close } = await open(files, { ready: "runOnnx" });
    const result = await page.evaluate((url) => window.runOnnx!(url), wasmUrl);
    await close();
    expect(problems).toEqual([]);
    expect(elsewhere()).toEqual([]);
    return { result, base, requests };
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
    const { result, base, requests } = await runPage("/elsewhere/engine.wasm");
    expect(requests).toContain(`${base}/elsewhere/engine.wasm`);
    expect(result.logits).toHaveLength(6);
  });

  test("the bundle holds no Node module and no native engine", () => {
    const code = programsOf(files);
    expect(code).not.toMatch(/from ["']node:(?!module)/);
    expect(code).not.toContain("onnxruntime_binding");
  });
});
