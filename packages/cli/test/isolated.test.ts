// Each backend of a check in a process of its own: whatever one does, the others go on, and the check says so.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { BackendCrash } from "@samoyed/golden";
import { type IsolatedBackend, isolatedBackend, type ProcessLimits } from "@samoyed/check";
import { onnxruntimeNode } from "@samoyed/runtime-onnx";
import { afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { SERVE } from "../src/serve-argument.ts";
import { filesIn, LABELS, SHAPES, SHAPES_SETTINGS, temporaryFolder } from "./support/folders.ts";
import { runMain } from "./support/run-main.ts";
import { BIN, spawnSamoyed } from "./support/spawn-samoyed.ts";

const folder = temporaryFolder();
const cache = join(folder, "cache");
const faulty = `--import=${new URL("support/faulty-engine.mjs", import.meta.url).href}`;
const model = join(folder, "resnext14_8x16d_c8-16-32-64.onnx");

const FAULTS: readonly (readonly [fault: string, reason: RegExp])[] = [
  ["exit 0", /^its process ended with exit status 0 before it answered$/],
  ["abort", /^its process ended by SIGABRT/],
  ["late rejection", /^its process ended with exit status 1 before it answered: Error: nothing waited for this$/],
  ["dispose", /^at its end: cannot be released$/],
];

test.each(FAULTS)(
  "%s: crashed, with the reason; the other backend passes and the report is written",
  async (fault, reason) => {
    const report = join(folder, fault);
    const argv = ["check", "shapes", "--backend", "onnxruntime-node,smyd", "--report", report];
    const { code } = await spawnSamoyed(argv, { env: { SAMOYED_CACHE: cache, FAULT: fault }, node: [faulty] });
    expect(code).toBe(1);
    const { cases, summary } = JSON.parse(readFileSync(join(report, "report.json"), "utf8"));
    expect(cases[0].backends).toMatchObject([
      { backend: "onnxruntime-node", verdict: { kind: "crashed", reason: expect.stringMatching(reason) } },
      { backend: "smyd", verdict: { kind: "passed" } },
    ]);
    expect(summary).toMatchObject({ passed: 1, crashed: 1, exitCode: 1 });
    expect(filesIn(cache), "checkpoints and artifacts are gone").toEqual([]);
  },
);

describe("what a process may take", () => {
  const { execArgv } = process;
  let backend: IsolatedBackend | undefined;
  afterEach(() => {
    backend?.close();
    vi.unstubAllEnvs();
    process.execArgv = execArgv;
  });
  beforeAll(async () => {
    const argv = ["convert", SHAPES, "--labels", LABELS, ...SHAPES_SETTINGS, "--out", folder];
    expect((await runMain(argv, { env: { SAMOYED_CACHE: cache } })).code).toBe(0);
  });

  const input = { dtype: "float32", shape: [1, 3, 96, 96], data: new Float32Array(3 * 96 * 96) } as const;
  function start(fault: string | undefined, limits: Partial<ProcessLimits>): IsolatedBackend {
    if (fault !== undefined) vi.stubEnv("FAULT", fault);
    // Those of the test runner resolve packages to their source.
    process.execArgv = fault === undefined ? [] : [faulty];
    const program = { program: BIN, args: [SERVE, "onnxruntime-node"] };
    backend = isolatedBackend(onnxruntimeNode(), { ...program, limits });
    return backend;
  }

  test("a hang ends with the time limit, and the next session has a new process", async () => {
    const hanging = start("hang", { step: 20_000 });
    const session = await hanging.load(model);
    const run = session.run({ input });
    await expect(run).rejects.toThrow(BackendCrash);
    await expect(run).rejects.toThrow("it did not run within 20 s");
    process.execArgv = [];
    const again = await hanging.load(model);
    expect((await again.run({ input })).get("logits")).toMatchObject({ dtype: "float32", shape: [1, 10] });
    await again.dispose();
  });

  test("memory ends with its limit", async () => {
    const session = await start("endless memory", { memory: 1 << 30 }).load(model);
    await expect(session.run({ input })).rejects.toThrow(/^it took \d+ MiB of memory; the limit is 1024 MiB$/);
  });

  test("a process that shows no sign of life is ended", async () => {
    await expect(start(undefined, { silence: 1 }).availability()).rejects.toThrow(
      "it gave no sign of life for 0.001 s",
    );
  });

  test("an interrupt ends it at once", async () => {
    const session = await start("hang", {}).load(model);
    const abort = new AbortController();
    const run = session.run({ input }, { signal: abort.signal });
    setTimeout(() => abort.abort(), 500);
    await expect(run).rejects.toMatchObject({ name: "AbortError" });
    await expect(session.dispose()).rejects.toThrow(BackendCrash);
  });

  test("an error of the backend is what it was, and the process goes on", async () => {
    const healthy = start(undefined, {});
    await expect(healthy.load(join(folder, "nowhere.onnx"))).rejects.toThrow(/nowhere\.onnx/);
    expect(await healthy.availability()).toMatchObject({ available: true });
    await expect(healthy.load(new Uint8Array(3))).rejects.toThrow("expected a path, for another process to read");
  });
});
