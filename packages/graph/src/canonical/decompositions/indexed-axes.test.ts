import { lazyTensor } from "@samoyed/core";
import { noise } from "@samoyed/test-support/tensors";
import { expect, test } from "vitest";
import { expectSameNumbers } from "../../../test/canonical-case.ts";
import { int64 } from "../../../test/helpers.ts";
import { canonicalize, createBuilder } from "../../index.ts";
import { type Graph, ints } from "@samoyed/ir";

/** Indices into the axes that `perm` brings to the front, as PyTorch's default exporter writes them. */
function indexedGraph(perm: readonly number[], back: readonly number[]): Graph {
  const b = createBuilder({ name: "index" });
  const x = b.input("x", "float32", ["N", 2, 3, 4]);
  const places = b.initializer(lazyTensor("places", int64([0, 1, 1, -1, -2, 0, 1, 1, 0, 2, 0, -3], [2, 3, 2])));
  const front = b.node("Transpose", [x], { attributes: { perm: ints(perm) } });
  const taken = b.node("GatherND", [front, places]);
  b.output(b.node("Transpose", [taken], { name: "y", attributes: { perm: ints(back) } }));
  return b.finish();
}

test.each([
  ["at the end", [2, 3, 0, 1], [2, 3, 0, 1], ["N", 2, 2, 3]],
  ["in the middle", [1, 2, 0, 3], [2, 0, 1, 3], ["N", 2, 3, 4]],
])("indices into two axes %s are one index where they are", async (_, perm, back, shape) => {
  const graph = indexedGraph(perm, back);
  const result = canonicalize(graph).graph;
  expect(result.nodes.map(({ op }) => op)).toEqual(["Reshape", "Gather"]);
  expect(result.outputs[0]!.shape).toEqual(shape);
  await expectSameNumbers(graph, result, { x: noise([3, 2, 3, 4], 1) });
});

test.each([
  ["axes that are apart", [1, 3, 0, 2], [2, 3, 0, 1]],
  ["axes in another order", [3, 2, 0, 1], [2, 3, 0, 1]],
  ["another order of the result", [2, 3, 0, 1], [3, 2, 0, 1]],
])("%s keep their transpositions", async (_, perm, back) => {
  const graph = indexedGraph(perm, back);
  const result = canonicalize(graph).graph;
  expect(result.nodes.map(({ op }) => op)).toEqual(["Transpose", "Reshape", "Gather", "Transpose"]);
});
