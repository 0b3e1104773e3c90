import { lazyFromChunks, type LazyTensor, lazyTensor } from "@samoyed/core";
import { ints } from "@samoyed/ir";
import { expect, test } from "vitest";
import { int64 } from "../../test/helpers.ts";
import { createBuilder, foldConstants, type GraphBuilder, rewriteGraph } from "../index.ts";

/** A weight that nothing may read. */
function unread(name: string, shape: readonly number[]): LazyTensor {
  return lazyFromChunks({ name, dtype: "float32", shape }, () => {
    throw new Error("read");
  });
}

/** What folding does to a graph: its result's operators, and the reasons for what was left. */
function fold(build: (b: GraphBuilder, x: string) => string): readonly [string[], (readonly [string, string])[]] {
  const b = createBuilder({ name: "net" });
  const y = build(b, b.input("x", "float32", ["N", 1]));
  b.output(b.node("Identity", [y], { name: "y" }));
  const { graph, declined } = rewriteGraph(b.finish(), [foldConstants]);
  return [graph.nodes.map(({ op }) => op), declined.map(({ node, reason }) => [node, reason] as const)];
}

function expand(b: GraphBuilder, value: string, shape: readonly number[], name = "filled"): string {
  return b.node("Expand", [value, b.initializer(lazyTensor(`${name}.shape`, int64(shape)))], { name });
}

test.each([
  {
    what: "a value beyond any weight",
    build: (b: GraphBuilder) => expand(b, b.initializer(unread("one", [1])), [2 ** 20, 2 ** 20]),
    reason: ["filled", "its output takes 4398046511104 bytes, more than 268435456"],
  },
  {
    what: "operands beyond any weight",
    build: (b: GraphBuilder) =>
      b.node("ReduceMean", [b.initializer(unread("w", [2 ** 13, 2 ** 14]))], {
        name: "mean",
        attributes: { axes: ints([1]) },
      }),
    reason: ["mean", "its operands take 536870912 bytes, more than 268435456"],
  },
  {
    what: "a product that takes minutes",
    build: (b: GraphBuilder) =>
      b.node(
        "MatMul",
        [b.initializer(unread("a", [2 ** 11, 2 ** 12])), b.initializer(unread("b", [2 ** 12, 2 ** 11]))],
        { name: "ab" },
      ),
    reason: ["ab", "it takes 17200840704 steps to compute, more than 2147483648"],
  },
])("declines $what", ({ build, reason }) => {
  const [ops, declined] = fold((b, x) => b.node("Add", [x, build(b)]));
  expect(ops).toHaveLength(3);
  expect(declined).toEqual([reason]);
});

test("declines a chain whose paths double, where they are too many", () => {
  const [ops, declined] = fold((b, x) => {
    let value = b.initializer(unread("w", [1, 1024]));
    for (let level = 0; level < 40; level++) {
      const sides = [b.node("Neg", [value]), b.node("Abs", [value])];
      value = b.node("Sub", sides, { name: `level${level}` });
    }
    return b.node("Add", [x, value]);
  });
  const last = Number(declined.at(-1)![0].slice("level".length));
  expect(last).toBeGreaterThan(10);
  // Everything below the node that was left is one weight.
  expect(ops).toHaveLength(3 * (39 - last) + 1 + 2);
  expect(declined[0]![1]).toMatch(/^(it takes|the values that it is made of take) \d+/u);
});

const LARGE = [2 ** 12, 2 ** 12];

test("declines results that make the file larger, however they are made, unless they are an operator's weight", () => {
  const scalar = (b: GraphBuilder): string => b.initializer(unread("one", [1, 1]));
  expect(fold((b, x) => b.node("Add", [x, b.node("Neg", [expand(b, scalar(b), LARGE)], { name: "neg" })]))).toEqual([
    ["Expand", "Neg", "Add", "Identity"],
    [["filled", "constants like it would add 67108864 bytes to the file, more than 16777216"]],
  ]);
  expect(fold((b, x) => b.node("MatMul", [b.node("Relu", [x]), expand(b, scalar(b), [1, 2 ** 24])]))[0]).toEqual([
    "Relu",
    "MatMul",
    "Identity",
  ]);
  // A large value on the way to a small one is not stored.
  expect(
    fold((b, x) => {
      const mean = b.node("ReduceMean", [expand(b, scalar(b), LARGE)], { attributes: { axes: ints([0, 1]) } });
      return b.node("Add", [x, mean]);
    }),
  ).toEqual([["Add", "Identity"], []]);
  // Where the graph's weights are large, a table may be.
  expect(
    fold((b, x) => {
      const y = b.node("MatMul", [x, b.initializer(unread("w", [1, 2 ** 27]))]);
      return b.node("Concat", [y, expand(b, scalar(b), [1, 2 ** 24])], {
        attributes: { axis: { type: "int", value: 1 } },
      });
    })[0],
  ).toEqual(["MatMul", "Concat", "Identity"]);
});

test("a weight of any size may be relabeled", () => {
  const [ops, declined] = fold((b, x) => {
    const shape = b.initializer(lazyTensor("shape", int64([1, 2 ** 28])));
    return b.node("Add", [x, b.node("Reshape", [b.initializer(unread("w", [2 ** 14, 2 ** 14])), shape])]);
  });
  expect([ops, declined]).toEqual([["Add", "Identity"], []]);
});
