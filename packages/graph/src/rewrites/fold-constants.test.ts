import { lazyTensor, readTensor, type Tensor } from "@samoyed/core";
import { noise } from "@samoyed/test-support/tensors";
import { expect, test } from "vitest";
import { floats32, int64 } from "../../test/helpers.ts";
import { createBuilder, foldConstants, interpret, rewriteGraph } from "../index.ts";
import { type Graph, int, tensorAttribute } from "@samoyed/ir";

test("a computed constant becomes an initializer", async () => {
  const b = createBuilder({ name: "net" });
  const x = b.input("x", "float32", [2]);
  const one = b.node("Constant", [], { attributes: { value: tensorAttribute(lazyTensor("one", floats32([], [1]))) } });
  const w = b.initializer(lazyTensor("w", floats32([2], [3, -4])));
  b.output(b.node("Add", [x, b.node("Mul", [b.node("Add", [w, one]), w], { name: "k" })], { name: "y" }));
  const graph = b.finish();
  const { graph: result } = rewriteGraph(graph, [foldConstants]);
  expect(result.nodes.map((node) => [node.op, ...node.inputs])).toEqual([["Add", "x", "k"]]);
  expect(await readTensor(result.initializers.get("k")!)).toEqual(floats32([2], [12, 12]));
  const input = { x: noise([2], 3) };
  expect(await interpret(result, input)).toEqual(await interpret(graph, input));
});

/** The shape arithmetic that exporters write for a flatten with a dynamic batch. */
function dynamicFlatten(shape: readonly (number | string)[]): Graph {
  const b = createBuilder({ name: "net" });
  const x = b.input("x", "float32", shape);
  const integer = (name: string, values: number[], dims?: number[]): string =>
    b.initializer(lazyTensor(name, int64(values, dims)));
  const batch = b.node("Gather", [b.node("Shape", [x]), integer("zero", [0], [])]);
  const rows = b.node("Unsqueeze", [batch, integer("axes", [0])]);
  const target = b.node("Concat", [rows, integer("rest", [-1])], { attributes: { axis: int(0) }, name: "target" });
  b.output(b.node("Reshape", [x, target], { name: "y" }));
  return b.finish();
}

test("a shape that is known folds away, one with a symbol is inferred and stays", async () => {
  const known = rewriteGraph(dynamicFlatten([2, 3, 4]), [foldConstants]).graph;
  expect(known.nodes.map((node) => node.op)).toEqual(["Reshape"]);
  expect(await readTensor(known.initializers.get("target")!)).toEqual(int64([2, -1]));
  const symbolic = rewriteGraph(dynamicFlatten(["N", 3, 4]), [foldConstants]);
  expect(symbolic.applied).toEqual([]);
  expect(symbolic.graph.outputs[0]?.shape).toEqual(["N", 12]);
  const input = { x: noise([5, 3, 4], 3) };
  const flat = (await interpret(symbolic.graph, input)).get("y")!;
  expect([...flat.shape]).toEqual([5, 12]);
  expect(flat.data).toEqual(input.x.data);
});

test("declines a graph output and the widening of weights that are stored in few bits", () => {
  const b = createBuilder({ name: "net" });
  const x = b.input("x", "float32", [1]);
  const one = b.initializer(lazyTensor("one", floats32([1], [1])));
  b.output(b.node("Neg", [one], { name: "constant" }));
  const half = b.initializer(lazyTensor("half", { dtype: "float16", shape: [1], data: new Uint16Array([0x3c00]) }));
  b.output(b.node("Add", [x, b.node("Cast", [half], { attributes: { to: int(1) }, name: "widened" })]));
  const byte = b.initializer(lazyTensor("byte", { dtype: "int8", shape: [1], data: new Int8Array([3]) }));
  const scale = b.initializer(lazyTensor("scale", floats32([], [1])));
  b.output(b.node("Add", [x, b.node("DequantizeLinear", [byte, scale], { name: "scaled" })]));
  const { applied, declined } = rewriteGraph(b.finish(), [foldConstants]);
  expect(applied).toEqual([]);
  expect(declined.map(({ node, reason }) => [node, reason])).toEqual([
    ["constant", 'its output "constant" is a graph output'],
    ["widened", "it widens weights that are stored in half precision"],
    ["scaled", "it widens weights that are stored in 8 bits"],
  ]);
});

const FARTHEST = 2n ** 63n - 1n;

function bounds(values: readonly bigint[]): Tensor<"int64"> {
  return { dtype: "int64", shape: [values.length], data: BigInt64Array.from(values) };
}

/** x[:, 1:, ::-1] with its bounds made as exporters make them: constants, of which some are computed. */
function sliceToTheEnd(): Graph {
  const b = createBuilder({ name: "net" });
  const x = b.input("x", "float32", ["N", 3, 4]);
  const constant = (name: string, tensor: Tensor): string =>
    b.node("Constant", [], { name, attributes: { value: tensorAttribute(lazyTensor(name, tensor)) } });
  const end: Tensor = { dtype: "int64", shape: [], data: BigInt64Array.of(FARTHEST) };
  const ends = [
    b.node("Unsqueeze", [constant("end", end), constant("zero", int64([0]))]),
    constant("before", bounds([-FARTHEST - 1n])),
  ];
  const inputs = [
    x,
    constant("starts", bounds([1n, FARTHEST])),
    b.node("Concat", ends, { name: "ends", attributes: { axis: int(0) } }),
    constant("axes", int64([1, 2])),
    constant("steps", int64([1, -1])),
  ];
  b.output(b.node("Slice", inputs, { name: "y" }));
  return b.finish();
}

test("bounds beyond every double are folded exactly and clamped", async () => {
  const graph = sliceToTheEnd();
  const { graph: result } = rewriteGraph(graph, [foldConstants]);
  expect(result.nodes.map((node) => node.op)).toEqual(["Slice"]);
  expect(await readTensor(result.initializers.get("ends")!)).toEqual(bounds([FARTHEST, -FARTHEST - 1n]));
  expect(result.outputs[0]?.shape).toEqual(["N", 2, 4]);
  const x = floats32(
    [1, 3, 4],
    Array.from({ length: 12 }, (_, index) => index),
  );
  const expected = new Map([["y", floats32([1, 2, 4], [7, 6, 5, 4, 11, 10, 9, 8])]]);
  expect(await interpret(graph, { x })).toEqual(expected);
  expect(await interpret(result, { x })).toEqual(expected);
});

test("a bound that wraps around when it is cast means what it becomes", async () => {
  const b = createBuilder({ name: "net" });
  const x = b.input("x", "float32", [4]);
  const int32 = { attributes: { to: int(6) } };
  const ends = b.node("Cast", [b.initializer(lazyTensor("end", bounds([FARTHEST])))], int32);
  const starts = b.node("Cast", [b.initializer(lazyTensor("start", bounds([0n])))], int32);
  b.output(b.node("Slice", [x, starts, ends], { name: "y" }));
  const { graph } = rewriteGraph(b.finish(), [foldConstants]);
  expect(graph.outputs[0]?.shape).toEqual([3]);
  const found = await interpret(graph, { x: floats32([4], [1, 2, 3, 4]) });
  expect(found.get("y")).toEqual(floats32([3], [1, 2, 3]));
});
