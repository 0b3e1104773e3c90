import { type Tensor, toFloat32, UnsupportedError } from "@samoyed/core";
import { createBuilder, interpret } from "@samoyed/graph";
import { type Graph, int } from "@samoyed/ir";
import { expect, test } from "vitest";
import { logitsOutput } from "./logits-output.ts";

const x: Tensor = { dtype: "float32", shape: [1, 3], data: Float32Array.of(1, -2, 3) };

/** [N, classes] through Neg, then the operators given; the output is called y. */
function graphOf(ops: readonly { readonly op: string; readonly axis?: number }[], classes = 3): Graph {
  const b = createBuilder({ name: "tiny" });
  let value = b.node("Neg", [b.input("x", "float32", ["N", classes])], { name: "neg" });
  for (const [place, { op, axis }] of ops.entries()) {
    const name = place === ops.length - 1 ? "y" : `value${place}`;
    value = b.node(op, [value], { name, ...(axis !== undefined && { attributes: { axis: int(axis) } }) });
  }
  b.output(value);
  return b.finish();
}

test.each([
  [[{ op: "Softmax", axis: 1 }]],
  [[{ op: "Softmax", axis: -1 }, { op: "Identity" }]],
  [[{ op: "Softmax" }, { op: "Flatten", axis: 1 }]],
])("a Softmax over the classes is left out: %j", async (ops) => {
  const { graph, removed } = logitsOutput(graphOf(ops));
  expect(removed).toBe("Softmax");
  expect(graph.outputs).toEqual([{ name: "y", dtype: "float32", shape: ["N", 3] }]);
  expect([...toFloat32((await interpret(graph, { x })).get("y")!)]).toEqual([-1, 2, -3]);
});

test("a Sigmoid of one logit is left out", () => {
  const { graph, removed } = logitsOutput(graphOf([{ op: "Sigmoid" }], 1));
  expect([removed, graph.nodes.map(({ op }) => op)]).toEqual(["Sigmoid", ["Neg"]]);
});

test.each(["LogSoftmax", "Relu"])("logits stay as they are: %s", (op) => {
  const graph = graphOf([{ op }]);
  expect(logitsOutput(graph)).toEqual({ graph });
});

test("probabilities that are none of one class among several are refused", () => {
  expect(() => logitsOutput(graphOf([{ op: "Sigmoid" }]))).toThrow(/independent of one another/);
  expect(() => logitsOutput(graphOf([{ op: "Softmax", axis: 0 }]))).toThrow(/not over the classes/);
});

test("probabilities that other nodes use are refused", () => {
  const b = createBuilder({ name: "used twice" });
  const soft = b.node("Softmax", [b.input("x", "float32", ["N", 3])], { name: "soft" });
  b.output(b.node("Identity", [soft], { name: "y" }));
  b.output(b.node("Neg", [soft], { name: "z" }));
  expect(() => logitsOutput(b.finish())).toThrow(UnsupportedError);
});
