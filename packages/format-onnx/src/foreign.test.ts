// Files that other producers wrote (tools/oracle/fixtures_onnx.py), computed and compared with what they compute.
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { memorySource, type Tensor, toFloat32, UnsupportedError } from "@samoyed/core";
import { canonicalize, interpret } from "@samoyed/graph";
import type { Graph } from "@samoyed/ir";
import { describe, expect, test } from "vitest";
import { readSafetensors } from "../test/safetensors.ts";
import { readOnnx } from "./index.ts";

const FOLDER = fileURLToPath(new URL("../fixtures/foreign/", import.meta.url));
const FILES = readdirSync(FOLDER);
const COMPUTED = FILES.filter((file) => file.endsWith(".safetensors")).map((file) => file.replace(".safetensors", ""));

/** Rounding in float32, relative to the largest value; files of coarser numbers have a limit of their own. */
const EXACT = 2e-6;
/** Sums of float16 numbers are rounded to float16 after each node there, and not in PyTorch's float64. */
const LIMITS: ReadonlyMap<string, number> = new Map([["torchscript-float16", 2e-3]]);
/** Read only with sizes. */
const WITH_SIZES: ReadonlyMap<string, ReadonlyMap<string, number>> = new Map([["if-by-size", new Map([["rows", 1]])]]);

const bytesOf = (file: string): Uint8Array => new Uint8Array(readFileSync(`${FOLDER}${file}`));

async function read(name: string, sizes?: ReadonlyMap<string, number>): Promise<Graph> {
  const source = memorySource(bytesOf(`${name}.onnx`), `${name}.onnx`);
  return (await readOnnx(source, sizes === undefined ? {} : { sizes })).graph;
}

function error(got: Tensor, want: Tensor): number {
  const [a, b] = [toFloat32(got), toFloat32(want)];
  expect(a.length).toBe(b.length);
  const largest = b.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0) / largest;
}

describe.each(COMPUTED)("%s", (name) => {
  test.each(["as it is", "in the canonical form"])("%s it computes what its producer does", async (form) => {
    const graph = await read(name, WITH_SIZES.get(name));
    const tensors = readSafetensors(bytesOf(`${name}.safetensors`));
    const inputs = Object.fromEntries(graph.inputs.map((input) => [input.name, tensors.get(`input.${input.name}`)!]));
    const results = await interpret(form === "as it is" ? graph : canonicalize(graph).graph, inputs);
    for (const output of graph.outputs) {
      const want = tensors.get(`output.${output.name}`)!;
      expect(error(results.get(output.name)!, want), output.name).toBeLessThan(LIMITS.get(name) ?? EXACT);
    }
  });
});

test("an If becomes the branch that is taken, with names of its own", async () => {
  const { nodes, initializers } = await read("if-constant");
  expect(nodes.map(({ op }) => op).sort()).toEqual(["Add", "Identity", "Mul", "Squeeze", "Sub"]);
  expect([...initializers.keys()].sort()).toEqual(["axis", "offset", "w"]);
});

test("a branch by an open size is refused, with the size to fix; at that size it is the branch", async () => {
  await expect(read("if-by-size")).rejects.toThrow(
    expect.objectContaining({
      message: 'if-by-size.onnx: node "squeeze" (If) is a branch by "is_one", which is not constant',
      hint: "An open size may decide a branch: fix it (rows) with --shape.",
    }),
  );
  const ops = async (rows: number): Promise<unknown> =>
    (await read("if-by-size", new Map([["rows", rows]]))).nodes.map(({ op }) => op);
  expect([await ops(1), await ops(2)]).toEqual([["Relu"], ["Sigmoid"]]);
});

test.each([
  [
    "control-flow",
    'node "loop" (Loop) is a loop; node "branch" (If) is a branch by "flag", which is not constant',
    "An input of one number may decide a branch: fix it (flag) with --value. " +
      "Export the model without loops that depend on its input.",
  ],
  [
    "vendor-refused",
    'node "fast_conv" (NhwcConv) is an operator of domain "com.microsoft"; ' +
      'node 3 (DCNv3) is an operator of domain "custom.ops"',
    "Export the model without vendor operators.",
  ],
])("%s is refused with every node", async (name, message, hint) => {
  await expect(read(name)).rejects.toThrow(expect.objectContaining({ message: `${name}.onnx: ${message}`, hint }));
  await expect(read(name)).rejects.toThrow(UnsupportedError);
});
