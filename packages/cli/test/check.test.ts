import { copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { mutated, readWeights } from "./support/chain.ts";
import { filesIn, GOLDEN, SHAPES, temporaryFolder } from "./support/folders.ts";
import { runMain } from "./support/run-main.ts";
import { drawnTensors, writeCheckpoint } from "./support/stand-in.ts";
import { twoLines } from "./support/two-lines.ts";
import { lazyTensor } from "@samoyed/core";

const folder = temporaryFolder();
const cache = join(folder, "cache");
const env = { SAMOYED_CACHE: cache };
const BOTH = ["--backend", "onnxruntime-node,onnxruntime-web"];
const ONE = ["--backend", "onnxruntime-node"];

afterEach(() => expect(filesIn(cache), "checkpoints and artifacts are gone afterwards").toEqual([]));

describe("the cases of the repository", () => {
  test("text: every backend passes, a stand-in is called one", async () => {
    const { code, stdout, stderr } = await runMain(["check", "shapes", "samoyed-drawn", ...BOTH], { env });
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^ {2}PyTorch, recorded +98\.0 % of 100/m);
    expect(stdout).toMatch(/^ {2}onnxruntime-node \S+ +passed .*98\.0 % of 100, 100 as PyTorch/m);
    expect(stdout).toMatch(/^ {2}onnxruntime-web \S+ +passed .*98\.0 % of 100, 100 as PyTorch/m);
    expect(stdout).toMatch(/^ {2}documented +Samoyed 0\.6425$/m);
    expect(stdout).toMatch(/^ {2}onnxruntime-node \S+ +passed, stand-in .*Samoyed 0\.6425/m);
    expect(stdout).toMatch(/^ {2}onnxruntime-web \S+ +passed, stand-in .*Samoyed 0\.6425/m);
    expect(stdout).toMatch(/^stand-in weights: seeded, not trained$/m);
    expect(stdout).toMatch(/^4 passed; 2 of them on stand-in weights$/m);
  });

  test("JSON: the report, one document", async () => {
    const { code, json } = await runMain(["check", "shapes", "shapes", ...ONE, "--json"], { env });
    expect(code).toBe(0);
    expect(json).toMatchObject({
      schema: 1,
      generator: expect.stringMatching(/^samoyed \d/),
      environment: { node: process.versions.node },
      summary: { passed: 1, failed: 0, notRun: 0, exitCode: 0 },
    });
    expect(json.cases).toHaveLength(1);
    expect(json.cases[0]).toMatchObject({ name: "shapes", standIn: false, backends: [{ references: ["recorded"] }] });
  });

  test("--taps: layer by layer, on engines that are tapped in different ways", async () => {
    const engines = ["onnxruntime-node", "onnxruntime-web", "smyd", "tfjs-wasm"];
    const report = join(folder, "taps");
    const argv = ["check", "shapes", "--taps", "--backend", engines.join(), "--report", report];
    const { code, stdout } = await runMain(argv, { env });
    expect(code).toBe(0);
    const json = JSON.parse(readFileSync(join(report, "report.json"), "utf8"));
    expect(json.cases[0].backends).toHaveLength(engines.length);
    for (const { checks, taps } of json.cases[0].backends) {
      expect(checks).toContainEqual(expect.objectContaining({ name: "taps", status: "passed" }));
      expect(taps.layers).toHaveLength(5);
    }
    for (const engine of engines)
      expect(stdout).toMatch(new RegExp(`^ {2}${engine} .*passed .* F at (act1|layer)`, "m"));
  });

  test("the parts of a divided check are the whole", async () => {
    const small = join(folder, "small");
    for (const name of ["one", "two", "three"]) {
      const path = join(small, "cases", name);
      cpSync(join(GOLDEN, "cases", "shapes"), path, { recursive: true });
      const json = JSON.parse(readFileSync(join(path, "case.json"), "utf8"));
      writeFileSync(join(path, "case.json"), JSON.stringify({ ...json, name }));
    }
    cpSync(join(GOLDEN, "trained"), join(small, "trained"), { recursive: true });
    const seen: string[] = [];
    for (const part of ["1/2", "2/2"]) {
      const { code, json } = await runMain(["check", "--golden", small, ...ONE, "--shard", part, "--json"], { env });
      expect(code).toBe(0);
      seen.push(...json.cases.map((entry: { name: string }) => entry.name));
    }
    expect(seen.toSorted()).toEqual(["one", "three", "two"]);
  });
});

describe("sets, and backends that are slow", () => {
  const golden = join(folder, "sets");
  const JSON_OF = (name: string): string => join(golden, "cases", name, "case.json");
  beforeAll(() => {
    const given = { one: ["default", "pair"], two: ["pair"], three: ["other"] };
    for (const [name, sets] of Object.entries(given)) {
      cpSync(join(GOLDEN, "cases", "shapes"), join(golden, "cases", name), { recursive: true });
      const json = JSON.parse(readFileSync(JSON_OF(name), "utf8"));
      const slow = name === "one" ? { slow: ["onnxruntime-web", "tfjs-node", "tfjs-wasm", "tfjs-cpu"] } : {};
      writeFileSync(JSON_OF(name), JSON.stringify({ ...json, name, sets, ...slow }));
    }
    cpSync(join(GOLDEN, "trained"), join(golden, "trained"), { recursive: true });
  });
  const checked = async (...argv: string[]): Promise<string[]> => {
    const { code, json } = await runMain(["check", ...argv, "--golden", golden, ...ONE, "--json"], { env });
    expect(code).toBe(0);
    return json.cases.map((entry: { name: string }) => entry.name);
  };

  test("no name is the set default; a set is its cases, each once", async () => {
    expect(await checked()).toEqual(["one"]);
    expect(await checked("pair")).toEqual(["one", "two"]);
    expect(await checked("three", "two", "pair")).toEqual(["three", "two", "one"]);
  });

  test("neither a case nor a set: 2, with both lists", async () => {
    const { code, stderr } = await runMain(["check", "piar", "--golden", golden], { env });
    expect(code).toBe(2);
    const { what, todo } = twoLines(stderr);
    expect(what).toContain("cases are one, three, two; sets are default, other, pair");
    expect(todo).toBe("Did you mean pair?");
  });

  test("a backend that is slow on a case runs when it is named, and is not run otherwise", async () => {
    const verdicts = async (...argv: string[]): Promise<[number, Record<string, string>]> => {
      const { code, json } = await runMain(["check", "one", "--golden", golden, ...argv, "--json"], { env });
      const backends = json.cases[0].backends as { backend: string; verdict: { kind: string; fix?: string } }[];
      return [code, Object.fromEntries(backends.map(({ backend, verdict }) => [backend, verdict.fix ?? verdict.kind]))];
    };
    const fix = "samoyed check one --backend onnxruntime-web";
    expect(await verdicts()).toMatchObject([0, { "onnxruntime-node": "passed", "onnxruntime-web": fix }]);
    expect(await verdicts("--require", "tfjs-webgl")).toMatchObject([5, { "onnxruntime-web": fix }]);
    expect(await verdicts(...BOTH)).toEqual([0, { "onnxruntime-node": "passed", "onnxruntime-web": "passed" }]);
    expect(await verdicts("--require", "onnxruntime-web")).toMatchObject([0, { "onnxruntime-web": "passed" }]);
  });
});

describe("--report", () => {
  test("one page that loads nothing, and the same as JSON", async () => {
    const report = join(folder, "a", "report");
    const { code, stdout } = await runMain(["check", "shapes", ...ONE, "--report", report], { env });
    expect(code).toBe(0);
    expect(stdout).toContain(`report: ${join(report, "report.html")}\n`);
    expect(readdirSync(report).sort()).toEqual(["junit.xml", "report.html", "report.json"]);
    const html = readFileSync(join(report, "report.html"), "utf8");
    expect(html).toMatch(/^<!doctype html>/);
    expect(html).toContain("98.0 % of 100, 100 as PyTorch");
    expect(html).not.toMatch(/<(script|link|img|iframe)|url\(|@import/i);
    expect(JSON.parse(readFileSync(join(report, "report.json"), "utf8"))).toMatchObject({ summary: { passed: 1 } });
  });
});

describe("folders that cannot be made", () => {
  // /proc refuses new folders as if their parents were missing.
  test.skipIf(!existsSync("/proc/self"))("are told before anything runs", async () => {
    const report = await runMain(["check", "shapes", ...ONE, "--report", "/proc/report"], { env });
    expect(report).toMatchObject({ code: 3, stdout: "" });
    expect(twoLines(report.stderr).what).toContain("/proc/report: the folder cannot be created");
    const cacheless = await runMain(["check", "shapes", ...ONE], { env: { SAMOYED_CACHE: "/proc/cache" } });
    expect(cacheless).toMatchObject({ code: 3, stdout: "" });
  });
});

describe("--require", () => {
  test("what ran is met", async () => {
    expect((await runMain(["check", "shapes", ...ONE, "--require", "all"], { env })).code).toBe(0);
  });

  test("what was not tried is missing: 5", async () => {
    const { code, stdout } = await runMain(["check", "shapes", ...ONE, "--require", "onnxruntime-web"], { env });
    expect(code).toBe(5);
    expect(stdout).toMatch(/^required and not run: onnxruntime-web on shapes: /m);
  });
});

describe("--checkpoint", () => {
  test("the same weights in another file are held against the recording", async () => {
    const other = join(folder, "mine.pth");
    copyFileSync(join(GOLDEN, "trained", "shapes-legacy.pth"), other);
    const { code, stdout } = await runMain(["check", "shapes", ...ONE, "--checkpoint", other], { env });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^weights: mine\.pth$/m);
    expect(stdout).toMatch(/passed .*98\.0 % of 100, 100 as PyTorch/);
  });

  test("the stand-in as a file is still called a stand-in", async () => {
    const path = join(folder, "stand-in.pth");
    await writeCheckpoint(path, await drawnTensors());
    const { code, stdout } = await runMain(["check", "samoyed-drawn", ...ONE, "--checkpoint", path], { env });
    expect(code).toBe(0);
    expect(stdout).toMatch(/passed, stand-in .*Samoyed 0\.6425/);
    expect(stdout).toMatch(/^stand-in weights: seeded, not trained$/m);
  });

  test("other weights have the documented reference alone, and contradict it in words: never green", async () => {
    const path = join(folder, "other.pth");
    const weights = mutated(await readWeights(await drawnTensors()), /^fc\.bias$/, (data) => data.reverse());
    await writeCheckpoint(
      path,
      [...weights].map(([name, tensor]) => lazyTensor(name, tensor)),
    );
    const { code, stdout } = await runMain(["check", "samoyed-drawn", ...ONE, "--checkpoint", path], { env });
    expect(code).toBe(1);
    expect(stdout).toMatch(/^weights: other\.pth$/m);
    expect(stdout).toMatch(/onnxruntime-node \S+ +contradicted/);
    expect(stdout).not.toContain("stand-in,");
    expect(stdout.replaceAll(/\s+/g, " ")).toContain("PyTorch was not recorded for these weights");
  });
});

describe("golden data that was touched", () => {
  const copy = (name: string, change: (folder: string) => void): string => {
    const golden = join(folder, name);
    cpSync(join(GOLDEN, "cases", "shapes"), join(golden, "cases", "shapes"), { recursive: true });
    cpSync(join(GOLDEN, "trained"), join(golden, "trained"), { recursive: true });
    change(golden);
    return golden;
  };

  test.each<[string, (golden: string) => void, RegExp]>([
    [
      "a widened noise",
      (golden) => {
        const path = join(golden, "cases", "shapes", "case.json");
        writeFileSync(path, readFileSync(path, "utf8").replace(/"max": [\d.e-]+/, '"max": 1'));
      },
      /noise\.max is 1; the recorded logits have/,
    ],
    [
      "another picture",
      (golden) =>
        copyFileSync(join(golden, "trained", "images", "001.jpg"), join(golden, "trained", "images", "000.jpg")),
      /000\.jpg: has SHA-256 [0-9a-f]{64}; the case was recorded with/,
    ],
    ["no case.json", (golden) => writeFileSync(join(golden, "cases", "shapes", "case.json"), "{"), /case\.json/],
    ["no recording", (golden) => writeFileSync(join(golden, "cases", "shapes", "logits64.npy"), ""), /npy/],
  ])("%s is refused", async (name, change, what) => {
    const golden = copy(name, change);
    const { code, stdout, stderr } = await runMain(["check", "--golden", golden, ...ONE], { env });
    expect([code, stdout]).toEqual([3, ""]);
    expect(twoLines(stderr).what).toMatch(what);
  });

  test("another checkpoint fails the backends that would have run it", async () => {
    const golden = copy("checkpoint", (path) => {
      const bytes = readFileSync(SHAPES);
      bytes[300_000]! ^= 1;
      writeFileSync(join(path, "trained", "shapes.pth"), bytes);
    });
    const { code, stdout } = await runMain(["check", "--golden", golden, ...ONE], { env });
    expect(code).toBe(1);
    expect(stdout).toMatch(/failed: onnxruntime-node: .*shapes\.pth: has SHA-256/s);
  });
});

test("an abort leaves no scratch", async () => {
  const abort = new AbortController();
  mkdirSync(cache, { recursive: true });
  const running = runMain(["check", "samoyed-drawn", ...ONE], { env, signal: abort.signal });
  await expect.poll(() => filesIn(cache).length, { interval: 1 }).toBeGreaterThan(0);
  abort.abort();
  const { code, stderr } = await running;
  expect(code).toBe(130);
  twoLines(stderr);
});

test("progress names what is being done, on a terminal", async () => {
  const { stderr } = await runMain(["check", "shapes", ...ONE], { env, terminal: { interactive: true, width: 120 } });
  expect(stderr).toMatch(/\r\u001b\[Kshapes: preprocessing /);
  expect(stderr).toMatch(/\r\u001b\[Kshapes: making ready onnxruntime-node …/);
  expect(stderr).toMatch(/\r\u001b\[Kshapes: onnxruntime-node █*░* \d+ % · \d+ of 100/);
  expect(stderr.endsWith("\r\u001b[K")).toBe(true);
});
