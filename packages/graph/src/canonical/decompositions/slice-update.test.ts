import { lazyTensor } from "@samoyed/core";
import { noise } from "@samoyed/test-support/tensors";
import { expect, test } from "vitest";
import { expectSameNumbers } from "../../../test/canonical-case.ts";
import { int64 } from "../../../test/helpers.ts";
import { canonicalize, createBuilder, type GraphBuilder } from "../../index.ts";
import { type Dim, type Graph, int, string } from "@samoyed/ir";

type Bounds = readonly [start: number, end: number];

/** `x[:, a:b, c:d] = u`, as PyTorch's TorchScript exporter writes it: a grid of positions from the data's shape. */
function updateGraph(
  bounds: readonly [Bounds, Bounds],
  { batch = "N", step = 1, reduction = "none" }: { batch?: Dim; step?: number; reduction?: string } = {},
): Graph {
  const b: GraphBuilder = createBuilder({ name: "update", opset: 17 });
  const sizes: readonly Dim[] = [batch, 4, 5];
  const x = b.input("x", "float32", sizes);
  const counts = bounds.map(([start, end]) => Math.ceil((end - start) / step));
  const u = b.input("u", "float32", [batch, ...counts]);
  const constants = new Map<string, string>();
  const constant = (values: readonly number[], shape?: readonly number[]): string => {
    const key = `${values.join()} ${shape?.length}`;
    const name = constants.get(key) ?? b.initializer(lazyTensor(`k${constants.size}`, int64(values, shape)));
    constants.set(key, name);
    return name;
  };
  const lists = sizes.map((_, axis) => {
    const size = b.node("Gather", [b.node("Shape", [x]), constant([axis], [])]);
    const all = b.node("Range", [constant([0], []), size, constant([1], [])]);
    const [start, end] = bounds[axis - 1] ?? [0, 0];
    const taken =
      axis === 0 ? all : b.node("Slice", [all, constant([start]), constant([end]), constant([0]), constant([step])]);
    return b.node("Reshape", [taken, constant([-1, ...sizes.slice(axis + 1).map(() => 1)])]);
  });
  const shape = b.node("Shape", [b.node("Add", [b.node("Add", lists.slice(0, 2)), lists[2]!])]);
  const last = constant([-1]);
  const grid = lists.map((list) => b.node("Unsqueeze", [b.node("Expand", [list, shape]), last]));
  const indices = b.node("Concat", grid, { attributes: { axis: int(-1) } });
  b.output(
    b.node("ScatterND", [x, indices, u], {
      name: "y",
      attributes: reduction === "none" ? {} : { reduction: string(reduction) },
    }),
  );
  return b.finish();
}

test.each<[string, [Bounds, Bounds], string[]]>([
  [
    "all",
    [
      [0, 4],
      [0, 5],
    ],
    ["Identity"],
  ],
  [
    "the first rows",
    [
      [0, 2],
      [0, 5],
    ],
    ["Slice", "Concat"],
  ],
  [
    "rows in the middle",
    [
      [1, 3],
      [0, 5],
    ],
    ["Slice", "Slice", "Concat"],
  ],
  [
    "the last rows and columns",
    [
      [1, 4],
      [2, 5],
    ],
    ["Slice", "Slice", "Concat", "Slice", "Concat"],
  ],
  [
    "one element",
    [
      [3, 4],
      [2, 3],
    ],
    ["Slice", "Slice", "Slice", "Concat", "Slice", "Concat"],
  ],
])("an assignment to %s of an open batch", async (_, bounds, ops) => {
  const counts = bounds.map(([start, end]) => end - start);
  for (const batch of ["N", 3]) {
    const graph = updateGraph(bounds, { batch });
    const result = canonicalize(graph).graph;
    expect(result.nodes.map(({ op }) => op).sort()).toEqual([...ops].sort());
    await expectSameNumbers(graph, result, { x: noise([3, 4, 5], 1), u: noise([3, ...counts], 2) });
  }
});

test.each([
  ["every other row", { step: 2 }],
  ["an addition", { reduction: "add" }],
])("%s stays", (_, options) => {
  const { nodes } = canonicalize(
    updateGraph(
      [
        [0, 4],
        [0, 4],
      ],
      options,
    ),
  ).graph;
  expect(nodes.map(({ op }) => op)).toContain("ScatterND");
});
