import { lazyTensor, readTensor, type Tensor } from "@samoyed/core";
import { noise } from "@samoyed/test-support/tensors";
import { describe, expect, test } from "vitest";
import { expectSameNumbers } from "../../../test/canonical-case.ts";
import { int64 } from "../../../test/helpers.ts";
import { canonicalize, createBuilder } from "../../index.ts";
import { type Dim, type Graph, int } from "@samoyed/ir";

/** A view by strides of a flat batch, as PyTorch's default exporter writes it; `lists` has one list of places an axis. */
function stridedGraph(options: {
  readonly shape: readonly Dim[];
  readonly step: number;
  readonly lists: readonly Tensor[];
  /** The axis whose size the Range counts to. */
  readonly counted?: number;
}): Graph {
  const { shape, step, lists, counted = 0 } = options;
  const b = createBuilder({ name: "strided" });
  const x = b.input("x", "float32", shape);
  const constant = (name: string, values: readonly number[], sizes?: readonly number[]): string =>
    b.initializer(lazyTensor(name, int64(values, sizes)));
  const count = b.node("Gather", [b.node("Shape", [x]), constant("counted", [counted], [])], {
    attributes: { axis: int(0) },
  });
  const range = b.node("Range", [constant("zero", [0], []), count, constant("one", [1], [])]);
  const images = b.node("Mul", [range, constant("step", [step], [])]);
  let index = b.node("Unsqueeze", [
    images,
    constant(
      "axes",
      lists[0]!.shape.slice(1).map((_, axis) => axis + 1),
    ),
  ]);
  for (const [at, list] of lists.entries()) {
    index = b.node("Add", [index, b.initializer(lazyTensor(`list ${at}`, list))]);
  }
  const flat = b.node("Reshape", [x, constant("flat", [-1])]);
  b.output(b.node("Gather", [flat, index], { name: "y", attributes: { axis: int(0) } }));
  return b.finish();
}

const ROWS = int64([0, 4, 8], [1, 3, 1]);

describe("a view by strides of a flat batch", () => {
  test("is a Reshape where it takes every element in order", async () => {
    const graph = stridedGraph({ shape: ["N", 3, 4], step: 12, lists: [int64([0, 1, 2, 3], [1, 1, 4]), ROWS] });
    expect(graph.outputs[0]!.shape).toEqual(["N", 3, 4]);
    const result = canonicalize(graph).graph;
    expect(result.nodes.map(({ op }) => op)).toEqual(["Reshape", "Reshape"]);
    await expectSameNumbers(graph, result, { x: noise([5, 3, 4], 1) });
  });

  test("is a Gather of each image where it takes others", async () => {
    const graph = stridedGraph({ shape: ["N", 3, 4], step: 12, lists: [ROWS, int64([3, 1], [1, 1, 2])] });
    const result = canonicalize(graph).graph;
    expect(result.nodes.map(({ op }) => op)).toEqual(["Reshape", "Reshape", "Gather"]);
    const places = await readTensor(result.initializers.get(result.nodes[2]!.inputs[1]!)!);
    expect(places).toEqual(int64([3, 1, 7, 5, 11, 9], [3, 2]));
    await expectSameNumbers(graph, result, { x: noise([5, 3, 4], 1) });
  });

  test.each([
    ["places of the next image", { shape: ["N", 12], step: 12, lists: [int64([0, 12], [1, 2])] }],
    ["places counted from the end", { shape: ["N", 12], step: 12, lists: [int64([-1, 0], [1, 2])] }],
    ["images that overlap", { shape: ["N", 12], step: 6, lists: [int64([0, 1], [1, 2])] }],
    ["as many images as another size says", { shape: ["N", "N2"], step: 12, counted: 1, lists: [int64([0], [1, 1])] }],
  ])("stays with %s", (_, options) => {
    const { nodes } = canonicalize(stridedGraph(options)).graph;
    expect(nodes.map(({ op }) => op)).toContain("Range");
  });
});
