// TensorFlow.js as a target: what is written, from which sources, and the options that are particular to it.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { SHAPES, SHAPES_SETTINGS, temporaryFolder } from "./support/folders.ts";
import { runMain } from "./support/run-main.ts";
import { twoLines } from "./support/two-lines.ts";

const folder = temporaryFolder();
const name = "resnext14_8x16d_c8-16-32-64";
const onnx = join(folder, `${name}.onnx`);

async function run(...argv: readonly string[]): ReturnType<typeof runMain> {
  return runMain(argv, { env: { SAMOYED_CACHE: join(folder, "cache") } });
}

beforeAll(async () => {
  const { code, stdout } = await run("convert", SHAPES, ...SHAPES_SETTINGS, "--to", "onnx,tfjs", "--out", folder);
  expect(code).toBe(0);
  // Of the folder of weights only the file that one opens is named.
  expect(
    stdout
      .split("\n")
      .filter((line) => line.startsWith(folder))
      .map((line) => line.split("  ")[0]),
  ).toEqual([onnx, join(folder, `${name}.tfjs`, "model.json")]);
});

interface ModelJson {
  readonly signature: {
    readonly inputs: {
      readonly input: { readonly tensorShape: { readonly dim: readonly { readonly size: string }[] } };
    };
  };
  readonly modelTopology: { readonly node: readonly { readonly name: string }[] };
}

function modelJson(out: string): ModelJson {
  return JSON.parse(readFileSync(join(out, `${name}.tfjs`, "model.json"), "utf8")) as ModelJson;
}

describe("convert --to tfjs", () => {
  test("takes an ONNX model and gives the same bytes as from its checkpoint", async () => {
    const out = join(folder, "again");
    const { code } = await run("convert", onnx, "--to", "tfjs", "--out", out);
    expect(code).toBe(0);
    for (const file of readdirSync(join(folder, `${name}.tfjs`))) {
      const path = join(`${name}.tfjs`, file);
      expect(readFileSync(join(out, path))).toEqual(readFileSync(join(folder, path)));
    }
  });

  test("--layout and --tfjs-group-budget", async () => {
    const out = join(folder, "flags");
    const { code } = await run(
      ...["convert", SHAPES, "--to", "tfjs", "--layout", "nhwc", "--tfjs-group-budget", "0", "--out", out],
      ...SHAPES_SETTINGS,
    );
    expect(code).toBe(0);
    const json = modelJson(out);
    expect(json.signature.inputs.input.tensorShape.dim.map(({ size }) => size)).toEqual(["-1", "96", "96", "3"]);
    // Eight groups, each by itself.
    expect(json.modelTopology.node.filter(({ name: node }) => /^layer1\.0\.conv2\/group_\d$/.test(node))).toHaveLength(
      8,
    );
  });

  test.each([
    [["--tfjs-group-budget=-1"], /--tfjs-group-budget got "-1"; expected 0 or more/],
    [["--tfjs-group-budget", "much"], /--tfjs-group-budget got "much"/],
    [["--layout", "chwn"], /--layout got "chwn"; expected one of nchw, nhwc/],
    [["--weights", "int4"], /--weights got "int4"/],
    [["--to", "onnx,tfjs", "--weights", "uint8"], /weights as uint8 are not written for ONNX/],
  ])("%j is wrong usage, and nothing is written", async (flags, what) => {
    const out = join(folder, "none");
    const { code, stderr } = await run("convert", SHAPES, "--to", "tfjs", "--out", out, ...flags);
    expect(twoLines(stderr).what).toMatch(what);
    expect(code).toBe(2);
    expect(existsSync(out)).toBe(false);
  });

  test.each([
    ["--layout", "nhwc", SHAPES, [], "onnx,tfjs"],
    ["--layout", "nchw", SHAPES, ["--to", "smyd"], "smyd,tfjs"],
    ["--tfjs-group-budget", "0", SHAPES, ["--to", "onnx,smyd"], "onnx,smyd,tfjs"],
    ["--tfjs-group-budget", "0.1", onnx, ["--to", "smyd"], "smyd,tfjs"],
    // Nothing is downloaded first.
    ["--layout", "nhwc", "ssl_resnext101_32x16d", [], "onnx,tfjs"],
  ])("%s %s without tfjs among what is written is wrong usage: %s %j", async (flag, value, source, to, all) => {
    const out = join(folder, "none");
    const { code, stderr } = await run("convert", source, ...to, flag, value, "--out", out);
    expect(twoLines(stderr)).toEqual({
      what: `${flag} is for TensorFlow.js models, and none is written`,
      todo: `Add it: --to ${all}`,
    });
    expect(code).toBe(2);
    expect(existsSync(out)).toBe(false);
  });

  test("options that are for checkpoints are refused for an ONNX model", async () => {
    const { code, stderr } = await run("convert", onnx, "--to", "tfjs", "--features", "--out", join(folder, "none"));
    expect(twoLines(stderr).what).toMatch(/--features is for checkpoints/);
    expect(code).toBe(2);
  });
});
