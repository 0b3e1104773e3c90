import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { filesIn, temporaryFolder } from "./support/folders.ts";
import { runMain } from "./support/run-main.ts";
import { twoLines } from "./support/two-lines.ts";

const folder = temporaryFolder();
const cache = join(folder, "cache");
const env = { SAMOYED_CACHE: cache };

describe("the census", () => {
  afterEach(() => expect(filesIn(cache), "models and artifacts are gone afterwards").toEqual([]));

  test("the smallest networks pass on every format; text says that weights are seeded", async () => {
    const argv = [
      "check",
      "census",
      "--only",
      "test_resnet,efficientnet",
      "--backend",
      "onnxruntime-node,smyd,tfjs-wasm",
    ];
    const { code, stdout, stderr } = await runMain(argv, { env });
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^efficientnet: test_efficientnet\n {2}onnxruntime-node {2}passed, \d\.\d F, \d+ ms$/mu);
    expect(stdout.match(/ {2}passed, /gu)).toHaveLength(6);
    expect(stdout).toMatch(/^6 passed; seeded weights, not trained$/mu);
  });

  test("from bare checkpoints, whose graphs the catalogue has", async () => {
    const argv = ["check", "census", "--from", "checkpoint", "--only", "test_vit,test_convnext"];
    const { code, stdout } = await runMain([...argv, "--backend", "onnxruntime-node,smyd,tfjs-wasm"], { env });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^vision_transformer: test_vit\n {2}onnxruntime-node {2}passed, \d\.\d F, \d+ ms$/mu);
    expect(stdout).toMatch(/^6 passed; seeded weights, not trained$/mu);
  });

  test("JSON, and a required backend that did not run", async () => {
    const argv = [
      "check",
      "census",
      "--only",
      "vision_transformer",
      "--backend",
      "onnxruntime-node,tfjs-webgl",
      "--json",
    ];
    const { code, json } = await runMain([...argv, "--require", "tfjs-webgl"], { env });
    expect(code).toBe(5);
    expect(json.results).toMatchObject([
      {
        name: "test_vit",
        input: [1, 3, 160, 160],
        backends: [
          { backend: "onnxruntime-node", status: "passed" },
          { backend: "tfjs-webgl", status: "not run" },
        ],
      },
    ]);
    expect(json.summary).toMatchObject({
      counts: { passed: 1, failed: 0, refused: 0, "not run": 1 },
      missing: [{ backend: "tfjs-webgl", network: "test_vit" }],
    });
    expect((await runMain(argv, { env })).code).toBe(0);
  });
});

describe("usage", () => {
  test.each<[string, readonly string[], string]>([
    ["a name after census", ["census", "test_vit"], "--only test_vit"],
    ["an unknown network", ["census", "--only", "test_vti"], "Did you mean test_vit?"],
    [
      "a page about some networks",
      ["census", "--only", "test_vit", "--coverage", join(folder, "x.md")],
      "Leave --only out.",
    ],
    ["options of other cases", ["census", "--taps"], "--taps"],
    ["options of the census", ["shapes", "--only", "test_vit"], "samoyed check census"],
  ])("%s", async (_, args, said) => {
    const { code, stderr } = await runMain(["check", ...args], { env });
    expect(code).toBe(2);
    expect(Object.values(twoLines(stderr)).join(" ")).toContain(said);
  });

  test("a folder without a census says where it is", async () => {
    const { code, stderr } = await runMain(["check", "census", "--golden", folder], { env });
    expect([code, stderr]).toEqual([2, expect.stringContaining("no golden cases here")]);
  });
});
