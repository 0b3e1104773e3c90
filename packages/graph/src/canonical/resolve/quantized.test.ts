import { lazyFromChunks, type LazyTensor, lazyTensor, readFloat32, readGrid, type Tensor } from "@samoyed/core";
import { type Graph, int, ints, type Node } from "@samoyed/ir";
import { noise } from "@samoyed/test-support/tensors";
import { describe, expect, test } from "vitest";
import { canonicalize, createBuilder, foldConstants, interpret, rewriteGraph } from "../../index.ts";

/** A weight that is read in pieces of seven bytes, and is in no memory. */
function streamed(name: string, tensor: Tensor): LazyTensor {
  const whole = lazyTensor(name, tensor);
  return lazyFromChunks({ name, dtype: tensor.dtype, shape: tensor.shape }, async function* chunks(options) {
    const bytes = await whole.read(options);
    for (let at = 0; at < bytes.length; at += 7) yield bytes.slice(at, at + 7);
  });
}

const floats = (...values: readonly number[]): Tensor => ({
  dtype: "float32",
  shape: values.length === 1 ? [] : [values.length],
  data: Float32Array.from(values),
});
const bytes = (dtype: "int8" | "uint8", ...values: readonly number[]): Tensor => ({
  dtype,
  shape: values.length === 1 ? [] : [values.length],
  data: dtype === "int8" ? Int8Array.from(values) : Uint8Array.from(values),
});

/** x + the dequantized weight, whose constants may be streamed too. */
function plusWeight(
  weight: Tensor,
  { scale, zero, axis = 1, quantize = false }: { scale: Tensor; zero?: Tensor; axis?: number; quantize?: boolean },
): Graph {
  const b = createBuilder({ name: "net" });
  const constants = [b.initializer(streamed("s", scale)), ...(zero ? [b.initializer(streamed("z", zero))] : [])];
  const attributes = { axis: int(axis) };
  let value = b.initializer(streamed("w", weight));
  if (quantize) value = b.node("QuantizeLinear", [value, ...constants], { name: "q", attributes });
  value = b.node("DequantizeLinear", [value, ...constants], { name: "dq", attributes });
  b.output(b.node("Add", [b.input("x", "float32", weight.shape), value], { name: "y" }));
  return b.finish();
}

const q: Tensor = {
  dtype: "int8",
  shape: [3, 2, 5],
  data: Int8Array.from({ length: 30 }, (_, i) => ((i * 37) % 256) - 128),
};
const w = noise([3, 2, 5], 1);

describe("a quantized weight is one of float32", () => {
  test.each([
    ["one scale", q, { scale: floats(0.1) }],
    ["a zero point", q, { scale: floats(0.1), zero: bytes("int8", -3) }],
    ["a scale for each channel", q, { scale: floats(0.1, 0.7, 0.03), zero: bytes("int8", 0, 5, -5), axis: 0 }],
    ["of an inner axis, counted from the end", q, { scale: floats(0.1, 0.7), axis: -2 }],
    ["one that is quantized in the graph", w, { scale: floats(0.01), zero: bytes("uint8", 128), quantize: true }],
    [
      "for each channel",
      w,
      { scale: floats(0.01, 0.02, 0.001), zero: bytes("int8", 1, 2, 3), axis: 0, quantize: true },
    ],
  ])("%s", async (_, weight, options) => {
    const graph = plusWeight(weight, options);
    const { graph: canonical, report } = canonicalize(graph);
    expect(canonical.nodes.map(({ op }) => op)).toEqual(["Add"]);
    expect(report.applied).toContainEqual({ rewrite: "dequantizedWeights", node: "dq" });
    const x: Tensor = { dtype: "float32", shape: weight.shape, data: new Float32Array(30) };
    const expected = (await interpret(graph, { x })).get("y")!.data as Float32Array;
    const made = await readFloat32(canonical.initializers.get("dq")!);
    // Adding 0 makes the zeros positive.
    expect([...made].map((value) => value + 0)).toEqual([...expected]);
    expect(new Set(made).size).toBeGreaterThan(5);
  });

  test("int32, as biases are", async () => {
    const bias: Tensor = { dtype: "int32", shape: [3], data: Int32Array.of(2 ** 24 + 1, -7, 0) };
    const { graph } = canonicalize(plusWeight(bias, { scale: floats(0.5) }));
    expect([...(await readFloat32(graph.initializers.get("dq")!))]).toEqual([2 ** 23, -3.5, 0]);
  });
});

describe("a weight still says which integers it is made of", () => {
  const gridOf = async (graph: Graph): Promise<unknown> => readGrid(canonicalize(graph).graph.initializers.get("dq")!);

  test.each([
    ["one scale", q, { scale: floats(0.1) }, { least: -128, most: 127 }],
    ["a zero point", q, { scale: floats(0.1), zero: bytes("int8", -3) }, { least: -125, most: 130 }],
    ["of an inner axis, counted from the end", q, { scale: floats(0.1, 0.7), axis: -2 }, { axis: 1 }],
    [
      "one that is quantized in the graph",
      w,
      { scale: floats(0.01), zero: bytes("uint8", 128), quantize: true },
      { least: -128, most: 127 },
    ],
  ])("%s", async (_, weight, options, expected) => {
    expect(await gridOf(plusWeight(weight, options))).toMatchObject(expected);
  });

  test("not one of 32 bits, nor one of a zero point for each channel", async () => {
    const bias: Tensor = { dtype: "int32", shape: [3], data: Int32Array.of(1, 2, 3) };
    expect(await gridOf(plusWeight(bias, { scale: floats(0.5) }))).toBeUndefined();
    const zero = bytes("int8", 0, 5, -5);
    expect(await gridOf(plusWeight(q, { scale: floats(0.1, 0.7, 0.03), zero, axis: 0 }))).toBeUndefined();
  });

  test("also where its axes are moved, but not where it is computed with", async () => {
    const b = createBuilder({ name: "net" });
    const constants = [b.initializer(streamed("w", q)), b.initializer(streamed("s", floats(0.1, 0.7, 0.03)))];
    const value = b.node("DequantizeLinear", constants, { name: "dq", attributes: { axis: int(0) } });
    const moved = b.node("Transpose", [value], { name: "moved", attributes: { perm: ints([2, 1, 0]) } });
    b.output(b.node("Add", [b.input("x", "float32", [5, 2, 3]), moved], { name: "y" }));
    b.output(
      b.node("Mul", [b.input("z", "float32", q.shape), b.node("Neg", [value], { name: "minus" })], { name: "v" }),
    );
    const { graph } = rewriteGraph(canonicalize(b.finish()).graph, [foldConstants]);
    expect(await readGrid(graph.initializers.get("moved")!)).toMatchObject({ axis: 2, least: -128 });
    expect(await readGrid(graph.initializers.get("minus")!)).toBeUndefined();
  });
});

/** A value that is rounded to a grid. */
function rounded(change: (nodes: readonly Node[]) => readonly Node[] = (nodes) => nodes): Graph {
  const b = createBuilder({ name: "net" });
  const constants = [b.initializer(lazyTensor("s", floats(0.1))), b.initializer(lazyTensor("z", bytes("uint8", 100)))];
  const value = b.node("QuantizeLinear", [b.input("x", "float32", ["N"]), ...constants], { name: "q" });
  b.output(b.node("DequantizeLinear", [value, ...constants], { name: "y" }));
  const graph = b.finish();
  return { ...graph, nodes: change(graph.nodes) };
}

describe("a value that is quantized and dequantized again", () => {
  test("is rounded to the same grid", async () => {
    const graph = rounded();
    const { graph: canonical } = canonicalize(graph);
    expect(canonical.nodes.map(({ op }) => op)).toEqual(["Div", "Round", "Clip", "Mul"]);
    const values = [0, 0.04, 0.05, 0.15, 0.25, -0.35, 3.14159, 15.4, 15.5, 16, 1e30, -9.9, -10.04, -10.06, -1e30];
    const x: Tensor = { dtype: "float32", shape: [values.length], data: Float32Array.from(values) };
    const expected = [...((await interpret(graph, { x })).get("y")!.data as Float32Array)];
    const got = [...((await interpret(canonical, { x })).get("y")!.data as Float32Array)];
    expect(got.map((value) => value + 0)).toEqual(expected);
    expect(new Set(got).size).toBeGreaterThan(6);
  });

  test("stays where the two do not agree", () => {
    const [first, second] = rounded().nodes;
    const { report, graph } = canonicalize(rounded(() => [first!, { ...second!, inputs: second!.inputs.slice(0, 2) }]));
    expect(graph.nodes.map(({ op }) => op)).toEqual(["QuantizeLinear", "DequantizeLinear"]);
    expect(report.declined).toEqual([
      {
        rewrite: "fakeQuantization",
        node: "y",
        reason: "it does not have the scale and zero point of the QuantizeLinear before it",
      },
    ]);
  });
});
