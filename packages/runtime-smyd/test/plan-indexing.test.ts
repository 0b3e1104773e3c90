// Elements chosen by index, against the interpreter; and what is read by an index that is none.
import { type DType, lazyTensor, type Shape, type Tensor, zeros } from "@samoyed/core";
import { canonicalize, createBuilder, type GraphBuilder } from "@samoyed/graph";
import { float, type Graph, int, ints } from "@samoyed/ir";
import { wave } from "@samoyed/test-support/tensors";
import fc from "fast-check";
import { expect, test } from "vitest";
import { smyd } from "../src/node.ts";
import { expectSame } from "./expect-same.ts";
import { smydBytes } from "./models.ts";

const runs = { numRuns: 10 * Number(process.env["SAMOYED_FUZZ"] ?? 1) };
const shapes = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 });
const withAxis = shapes.chain((x) =>
  fc.record({ x: fc.constant(x), axis: fc.integer({ min: -x.length, max: x.length - 1 }), flag: fc.nat(1) }),
);

function whole(dtype: DType, shape: Shape, numbers: (index: number) => number): Tensor {
  const tensor = zeros(dtype, shape);
  for (const index of tensor.data.keys()) {
    tensor.data[index] = dtype === "int64" ? BigInt(numbers(index)) : numbers(index);
  }
  return tensor;
}

/** A graph over a value, pixels where it has four axes, and indices. */
function graphOf(x: Shape, indices: Tensor, make: (b: GraphBuilder, names: string[]) => string): Graph {
  const b = createBuilder({ name: "indexing" });
  const input = b.input("x", "float32", x);
  const pixels = (): string => b.node("MaxPool", [input], { attributes: { kernel_shape: ints([1, 1]) } });
  b.output(make(b, [x.length === 4 ? pixels() : input, b.input("i", indices.dtype, indices.shape)]));
  return canonicalize(b.finish()).graph;
}

const seeds = fc.integer({ min: 1, max: 1000 });

test.each(["Gather", "GatherElements"])("%s by indices that are an input", async (op) => {
  await fc.assert(
    fc.asyncProperty(withAxis, shapes, seeds, async ({ x, axis, flag }, other, seed) => {
      const size = x.at(axis)!;
      const shape =
        op === "Gather"
          ? other.slice(0, Math.min(2, 7 - x.length) * flag)
          : x.map((extent, at) => (at === (axis + x.length) % x.length ? other[0]! : Math.max(1, extent - flag)));
      const i = whole("int64", shape, (index) => ((index * seed) % (2 * size)) - size);
      const attributes = { axis: int(axis) };
      await expectSame(
        graphOf(x, i, (b, names) => b.node(op, names, { name: "y", attributes })),
        { x: wave(x), i },
      );
    }),
    runs,
  );
});

test("an index outside of the value reads nothing: NaN", async () => {
  const i = whole("int64", [4], (index) => [2, 3, -3, -4][index]!);
  const graph = graphOf([3, 2], i, (b, names) => b.node("Gather", names, { name: "y", attributes: { axis: int(0) } }));
  const session = await smyd().load(await smydBytes(graph), { threads: 1 });
  const x = { dtype: "float32", shape: [3, 2], data: Float32Array.of(1, 2, 3, 4, 5, 6) } as const;
  expect([...(await session.run({ x, i })).get("y")!.data]).toEqual([5, 6, NaN, NaN, 1, 2, NaN, NaN]);
  await session.dispose();
});

test("OneHot of integers and of floats, along any new axis", async () => {
  await fc.assert(
    fc.asyncProperty(
      shapes,
      fc.nat(4),
      fc.constantFrom("int64" as const, "float32" as const),
      async (given, at, dtype) => {
        const shape = given.slice(0, 3);
        const i = whole(dtype, shape, (index) => (index % 8) - 4);
        const b = createBuilder({ name: "one-hot" });
        const depth = b.initializer(
          lazyTensor(
            "depth",
            whole("int64", [], () => 3),
          ),
        );
        const values = b.initializer(
          lazyTensor("values", { dtype: "float32", shape: [2], data: Float32Array.of(0.25, 2) }),
        );
        const attributes = { axis: int(Math.min(at, shape.length)) };
        b.output(b.node("OneHot", [b.input("i", dtype, shape), depth, values], { name: "y", attributes }));
        await expectSame(b.finish(), { i });
      },
    ),
    runs,
  );
});

test("Trilu", async () => {
  const matrices = shapes.filter((x) => x.length >= 2);
  await fc.assert(
    fc.asyncProperty(matrices, fc.integer({ min: -3, max: 3 }), fc.nat(1), async (x, k, upper) => {
      const b = createBuilder({ name: "trilu" });
      const diagonal = b.initializer(
        lazyTensor(
          "k",
          whole("int64", [], () => k),
        ),
      );
      b.output(
        b.node("Trilu", [b.input("x", "float32", x), diagonal], { name: "y", attributes: { upper: int(upper) } }),
      );
      await expectSame(b.finish(), { x: wave(x) });
    }),
    runs,
  );
});

test.each([1, 2, 3, 5, 8])("LRN over %i channels", async (size) => {
  const b = createBuilder({ name: "lrn" });
  const attributes = { size: int(size), alpha: float(0.3), beta: float(0.6), bias: float(1.5) };
  b.output(b.node("LRN", [b.input("x", "float32", [2, 6, 3, 4])], { name: "y", attributes }));
  await expectSame(b.finish(), { x: wave([2, 6, 3, 4]) });
});
