import { lazyTensor } from "@samoyed/core";
import { type Graph, int, ints } from "@samoyed/ir";
import { weight } from "@samoyed/test-support/tensors";
import { expect, test } from "vitest";
import { createBuilder } from "./builder.ts";
import { inferShapes } from "./infer.ts";

test("a list of sizes that doubles at every node is not kept", () => {
  const b = createBuilder({ name: "doubling" });
  b.input("x", "float32", ["N", 3]);
  let sizes = b.initializer(lazyTensor("one", { dtype: "int64", shape: [1], data: BigInt64Array.of(1n) }));
  for (let times = 0; times < 24; times++) sizes = b.node("Concat", [sizes, sizes], { attributes: { axis: int(0) } });
  b.output(sizes);
  expect(b.finish().outputs[0]!.shape).toEqual([2 ** 24]);
});

test("the same nodes with other inputs or weights are inferred anew", () => {
  const b = createBuilder({ name: "net" });
  const x = b.input("x", "float32", ["N", 3]);
  b.output(b.node("MatMul", [x, b.initializer(weight("w", [3, 5]))]));
  const graph = b.finish();
  const shapeOf = (changed: Partial<Graph>): unknown => inferShapes({ ...graph, ...changed }).outputs[0]!.shape;
  expect(shapeOf({})).toEqual(["N", 5]);
  expect(shapeOf({ inputs: [{ ...graph.inputs[0]!, shape: [2, 3] }] })).toEqual([2, 5]);
  expect(shapeOf({ initializers: new Map([["w", weight("w", [3, 7])]]) })).toEqual(["N", 7]);
  expect(shapeOf({})).toEqual(["N", 5]);
});

test("the same nodes under another operator set are inferred anew", () => {
  const b = createBuilder({ name: "net", opset: 10 });
  b.output(b.node("Pad", [b.input("x", "float32", [3])], { attributes: { pads: ints([1, 2]) } }));
  const graph = b.finish();
  expect(inferShapes(graph).outputs[0]!.shape).toEqual([6]);
  expect(() => inferShapes({ ...graph, opset: 11 })).toThrow("its pads are missing");
});
