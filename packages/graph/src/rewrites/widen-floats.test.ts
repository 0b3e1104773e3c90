import { castTensor, lazyFromChunks, lazyTensor, type Tensor, toFloat32 } from "@samoyed/core";
import { dtypeToOnnx, type Graph, int, tensorAttribute } from "@samoyed/ir";
import { expect, test } from "vitest";
import { createBuilder } from "../builder.ts";
import { interpret } from "../interpret.ts";
import { verifyGraph } from "../verify.ts";
import { widenHalves, widenToFloat64 } from "./widen-floats.ts";

const half = (...values: readonly number[]): Tensor<"float16"> =>
  castTensor({ dtype: "float32", shape: [values.length], data: Float32Array.from(values) }, "float16");

/** (x + w) · c as float32, plus a weight that is in no memory; everything before is in float16. */
function network(): Graph {
  const b = createBuilder({ name: "tiny" });
  const x = b.input("x", "float16", ["N", 2]);
  const weight = lazyTensor("w", half(0.5, 2));
  const far = lazyFromChunks({ name: "far", dtype: "float16", shape: [2] }, (options) => weight.chunks(options));
  const sum = b.node("Add", [x, b.initializer(weight)], { name: "sum" });
  const more = b.node("Add", [sum, b.initializer(far)], { name: "more" });
  const factor = b.node("Constant", [], { name: "c", attributes: { value: tensorAttribute(lazyTensor("", half(3))) } });
  b.output(b.node("Mul", [more, factor], { name: "y" }));
  const wide = b.node("Cast", [sum], { name: "wide", attributes: { to: int(dtypeToOnnx("float32")) } });
  b.output(b.node("Cast", [wide], { name: "again", attributes: { to: int(dtypeToOnnx("float16")) } }));
  return b.finish();
}

test("everything becomes float32, and computes the same function", async () => {
  const original = network();
  const { graph, from } = widenHalves(original);
  expect(from).toBe("float16");
  verifyGraph(graph);
  const types = [...graph.inputs, ...graph.outputs, ...graph.values.values(), ...graph.initializers.values()];
  expect(new Set(types.map(({ dtype }) => dtype))).toEqual(new Set(["float32"]));
  expect(graph.initializers.get("w")!.tensor).toBeDefined();
  const x = half(1, -4);
  const inputs = { dtype: x.dtype, shape: [1, 2], data: x.data };
  const before = await interpret(original, { x: inputs });
  const after = await interpret(graph, { x: castTensor(inputs, "float32") });
  for (const name of ["y", "again"]) {
    expect([...toFloat32(after.get(name)!)], name).toEqual([...toFloat32(before.get(name)!)]);
  }
  expect([...toFloat32(after.get("y")!)]).toEqual([6, 0]);
});

test("weights that are only stored in half precision stay so", () => {
  const b = createBuilder({ name: "tiny" });
  const cast = b.node("Cast", [b.initializer(lazyTensor("w", half(1, 2)))], {
    name: "wide",
    attributes: { to: int(dtypeToOnnx("float32")) },
  });
  b.output(b.node("Add", [b.input("x", "float32", [2]), cast], { name: "y" }));
  const graph = b.finish();
  expect(widenHalves(graph)).toEqual({ graph, from: undefined });
});

test("in float64 nothing is rounded: the same network gives other last digits than in float32, and no float32 is left", async () => {
  const b = createBuilder({ name: "third" });
  const x = b.input("x", "float32", [1]);
  const three = b.initializer(lazyTensor("three", { dtype: "float32", shape: [1], data: Float32Array.of(3) }));
  const third = b.node("Div", [x, three], { name: "third" });
  b.output(b.node("Cast", [third], { name: "y", attributes: { to: int(dtypeToOnnx("float32")) } }));
  const graph = widenToFloat64(b.finish());
  verifyGraph(graph);
  const types = [...graph.inputs, ...graph.outputs, ...graph.values.values(), ...graph.initializers.values()];
  expect(new Set(types.map(({ dtype }) => dtype))).toEqual(new Set(["float64"]));
  const y = (await interpret(graph, { x: { dtype: "float64", shape: [1], data: Float64Array.of(1) } })).get("y")!;
  expect(y.data[0]).toBe(1 / 3);
});
