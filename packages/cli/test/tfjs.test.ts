// TensorFlow.js through the command line: converted, run on every engine that Node has, checked against the references.
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseNpy } from "@samoyed/core";
import { tfjsNode } from "@samoyed/runtime-tfjs";
import { beforeAll, describe, expect, test } from "vitest";
import { ARROW, GOLDEN, LABELS, SHAPES, SHAPES_SETTINGS, temporaryFolder } from "./support/folders.ts";
import { runMain } from "./support/run-main.ts";

const folder = temporaryFolder();
const out = join(folder, "models");
const env = { SAMOYED_CACHE: join(folder, "cache") };
let model: string;

const native = process.env["SAMOYED_REQUIRE"] === "all" || (await tfjsNode().availability()).available;
const BACKENDS = ["tfjs-wasm", "tfjs-cpu", ...(native ? ["tfjs-node"] : [])];

beforeAll(async () => {
  const argv = ["convert", SHAPES, "--labels", LABELS, ...SHAPES_SETTINGS, "--to", "onnx,tfjs", "--out", out, "--json"];
  const { code, json } = await runMain(argv, { env });
  expect(code).toBe(0);
  const files = (json as { files: { file: string }[] }).files.map(({ file }) => file);
  model = join(
    out,
    files.find((file) => file.endsWith("model.json"))!,
  );
});

test.each(BACKENDS)("check on %s: both references, on the trained network and the stand-in", async (backend) => {
  const argv = ["check", "shapes", "samoyed-drawn", "--backend", backend, "--require", backend, "--golden", GOLDEN];
  const { code, stdout } = await runMain(argv, { env });
  expect(stdout).toMatch(new RegExp(`^ {2}${backend} \\S+ +passed +recorded +98\\.0 % of 100, 100 as PyTorch`, "m"));
  expect(stdout).toMatch(
    new RegExp(`^ {2}${backend} \\S+ +passed, stand-in +recorded \\+ documented +Samoyed 0\\.6425`, "m"),
  );
  expect(code).toBe(0);
});

const assets = process.env["SAMOYED_ASSETS"];
test.skipIf(!assets || !existsSync(join(assets, "dog.jpg")))(
  "the largest network: 775 MB of weights, in WebAssembly's memory too",
  async () => {
    const backends = BACKENDS.filter((name) => name !== "tfjs-cpu").join(",");
    const argv = ["check", "samoyed", "--backend", backends, "--require", "all", "--golden", GOLDEN];
    const { code, stdout } = await runMain(argv, { env: { ...env, SAMOYED_ASSETS: assets! } });
    for (const backend of backends.split(",")) {
      expect(stdout).toMatch(
        new RegExp(`^ {2}${backend} \\S+ +passed, stand-in +recorded \\+ documented +Samoyed 0\\.6425`, "m"),
      );
    }
    expect(code).toBe(0);
  },
);

describe("classify and run", () => {
  test("take model.json and its folder, and choose an engine for it", async () => {
    const wanted = await runMain([
      "classify",
      join(out, `${model.slice(out.length + 1).split(".tfjs")[0]}.onnx`),
      ARROW,
      "--json",
    ]);
    for (const artifact of [model, dirname(model), `${dirname(model)}/`]) {
      const { code, json } = await runMain(["classify", artifact, ARROW, "--json"]);
      expect(code).toBe(0);
      expect(JSON.stringify(json)).toMatch(/"backend":"tfjs-(?:node|wasm)"/);
    }
    expect(wanted.code).toBe(0);
  });

  test("give the same logits on every engine, and taps", async () => {
    const input = join(folder, "input.npy");
    expect((await runMain(["preprocess", ARROW, ...SHAPES_SETTINGS, "--out", input])).code).toBe(0);
    const logits = [];
    for (const backend of BACKENDS) {
      const output = join(folder, `${backend}.npy`);
      const argv = ["run", model, "--backend", backend, "--input", input, "--output", output, "--taps", "logits"];
      expect((await runMain(argv)).code).toBe(0);
      logits.push(parseNpy(new Uint8Array(readFileSync(output))).data as Float32Array);
    }
    for (const other of logits.slice(1)) {
      for (const [at, value] of other.entries()) expect(Math.abs(value - logits[0]![at]!)).toBeLessThan(1e-4);
    }
  });

  test("a backend of another format is no choice: 2", async () => {
    const { code, stderr } = await runMain(["classify", model, ARROW, "--backend", "onnxruntime-node"]);
    expect(code).toBe(2);
    expect(stderr).toContain("the backend onnxruntime-node does not run models in the format tfjs");
  });
});

describe("doctor", () => {
  test("knows every engine; those of browsers have a reason", async () => {
    const { code, stdout } = await runMain(["doctor"], { env });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ {2}tfjs-wasm +ready +4\.22\.0$/m);
    expect(stdout).toMatch(/^ {2}tfjs-cpu +ready +4\.22\.0$/m);
    expect(stdout).toMatch(/^ {2}tfjs-webgl +not available +it runs only in browsers/m);
  });

  test("--fix of what nothing sets up: 2", async () => {
    const { code, stderr } = await runMain(["doctor", "--fix", "tfjs-wasm"], { env });
    expect(code).toBe(2);
    expect(stderr).toContain('--fix got "tfjs-wasm"; expected one of leftovers, tfjs-node');
  });

  test.skipIf(!native)("--fix of what works does nothing", async () => {
    const { code, json } = await runMain(["doctor", "--fix", "tfjs-node", "--json"], { env });
    expect(code).toBe(0);
    expect(JSON.stringify(json)).toMatch(/"name":"tfjs-node","format":"tfjs","available":true/);
  });
});
