// Products of matrices of which any side may be computed, and what networks put around them.
import { lazyTensor, type Shape, type Tensor } from "@samoyed/core";
import { createBuilder, type GraphBuilder, interpret } from "@samoyed/graph";
import { float, int, ints } from "@samoyed/ir";
import { dyadicWave } from "@samoyed/test-support/tensors";
import fc from "fast-check";
import { expect, test } from "vitest";
import { smyd } from "../src/node.ts";
import { expectSame } from "./expect-same.ts";
import { relativeError, smydBytes } from "./models.ts";
import { runPlanned } from "./run-plan.ts";

const runs = { numRuns: 40 * Number(process.env["SAMOYED_FUZZ"] ?? 1) };

function constant(b: GraphBuilder, name: string, tensor: Tensor): string {
  return b.initializer(lazyTensor(name, tensor));
}

let lists = 0;

function list(b: GraphBuilder, values: readonly number[]): string {
  const data = BigInt64Array.from(values, BigInt);
  return constant(b, `list ${lists++}`, { dtype: "int64", shape: [values.length], data });
}

function turned(b: GraphBuilder, x: string, perm: readonly number[]): string {
  return b.node("Transpose", [x], { attributes: { perm: ints(perm) } });
}

/** A value of a shape, as a view of an input whose axes are in another order. */
function permuted(b: GraphBuilder, name: string, shape: Shape, perm: readonly number[]) {
  const from = shape.map((_, axis) => shape[perm.indexOf(axis)]!);
  const x = b.input(name, "float32", from);
  return { value: turned(b, x, perm), tensor: dyadicWave(from, name === "a" ? 1 : 2) };
}

const permutation = (rank: number): fc.Arbitrary<number[]> =>
  fc.shuffledSubarray([...new Array(rank).keys()], { minLength: rank, maxLength: rank });

const product = fc
  .record({
    batch: fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 3 }),
    m: fc.integer({ min: 1, max: 13 }),
    k: fc.integer({ min: 1, max: 9 }),
    n: fc.integer({ min: 1, max: 19 }),
    add: fc.constantFrom("nothing", "columns", "all", "rows"),
    relu: fc.boolean(),
  })
  .chain(({ batch, ...sizes }) =>
    fc.record({
      ...Object.fromEntries(Object.entries(sizes).map(([key, value]) => [key, fc.constant(value)])),
      left: fc.tuple(...batch.map((size) => fc.constantFrom(size, 1))),
      right: fc.tuple(...batch.map((size) => fc.constantFrom(size, 1))),
      missing: fc.nat(batch.length),
      leftPerm: permutation(batch.length + 2),
      rightPerm: permutation(batch.length + 2),
      resultPerm: permutation(batch.length + 2),
    } as never),
  ) as fc.Arbitrary<{
  left: number[];
  right: number[];
  missing: number;
  m: number;
  k: number;
  n: number;
  add: string;
  relu: boolean;
  leftPerm: number[];
  rightPerm: number[];
  resultPerm: number[];
}>;

test("products of values in any order of axes, with an addition and an activation", async () => {
  await fc.assert(
    fc.asyncProperty(product, async (given) => {
      const { left, right, missing, m, k, n, add, relu, leftPerm, rightPerm, resultPerm } = given;
      const b = createBuilder({ name: "product" });
      const a = permuted(b, "a", [...left, m, k], leftPerm);
      const own = [...right.slice(missing), k, n];
      const rank = own.length;
      const perm = rightPerm.filter((axis) => axis >= missing).map((axis) => axis - missing);
      const c = permuted(b, "c", own, rank === perm.length ? perm : [...own.keys()]);
      let y = b.node("MatMul", [a.value, c.value]);
      const inputs: Record<string, Tensor<"float32">> = { a: a.tensor, c: c.tensor };
      const shape = [...left.map((size, axis) => Math.max(size, axis < missing ? 1 : right[axis]!)), m, n];
      const added = { columns: [n], all: shape, rows: [m, 1] }[add];
      if (added !== undefined) {
        inputs["d"] = dyadicWave(added, 3);
        y = b.node("Add", [y, b.input("d", "float32", added)]);
      }
      if (relu) y = b.node("Relu", [y]);
      b.output(turned(b, y, resultPerm));
      await expectSame(b.finish(), inputs);
    }),
    runs,
  );
});

test.each<[string, readonly number[], readonly number[]]>([
  ["a vector and a matrix", [5], [5, 9]],
  ["a matrix and a vector", [7, 5], [5]],
  ["two vectors", [5], [5]],
  ["a vector and matrices", [5], [2, 5, 3]],
  ["matrices and a vector", [2, 3, 5], [5]],
  ["one row, many products", [1, 700], [700, 17]],
])("%s, computed and constant", async (_, left, right) => {
  for (const constants of [[], ["a"], ["c"]]) {
    const b = createBuilder({ name: "product" });
    const tensors = { a: dyadicWave(left, 1), c: dyadicWave(right, 2) };
    const [a, c] = (["a", "c"] as const).map((name) =>
      constants.includes(name) ? constant(b, name, tensors[name]) : b.input(name, "float32", tensors[name].shape),
    ) as [string, string];
    b.output(b.node("MatMul", [a, c], { name: "y" }));
    const inputs = Object.fromEntries(Object.entries(tensors).filter(([name]) => !constants.includes(name)));
    await expectSame(b.finish(), inputs);
  }
});

test("a Gemm of two computed matrices, in all its forms", async () => {
  for (const [transA, transB] of [
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
  ] as const) {
    for (const [alpha, beta] of [
      [1, 1],
      [0.5, 1.25],
    ] as const) {
      for (const c of [undefined, [9], [5, 1], [5, 9]]) {
        const b = createBuilder({ name: "gemm" });
        const tensors = {
          a: dyadicWave(transA ? [4, 5] : [5, 4], 1),
          b: dyadicWave(transB ? [9, 4] : [4, 9], 2),
          ...(c && { c: dyadicWave(c, 3) }),
        };
        const names = Object.entries(tensors).map(([name, { shape }]) => b.input(name, "float32", shape));
        const attributes = { transA: int(transA), transB: int(transB), alpha: float(alpha), beta: float(beta) };
        b.output(b.node("Gemm", names, { name: "y", attributes }));
        await expectSame(b.finish(), tensors);
      }
    }
  }
});

/** Attention as PyTorch exports it: one linear for q, k and v, heads within rows. */
function attention(
  b: GraphBuilder,
  x: string,
  [images, tokens, heads, size]: readonly [number | string, number, number, number],
): string {
  const width = heads * size;
  const qkv = b.node("Add", [
    b.node("MatMul", [x, constant(b, "qkv.weight", dyadicWave([width, 3 * width], 4))]),
    constant(b, "qkv.bias", dyadicWave([3 * width], 5)),
  ]);
  const count = typeof images === "number" ? images : -1;
  const split = turned(b, b.node("Reshape", [qkv, list(b, [count, tokens, 3, heads, size])]), [2, 0, 3, 1, 4]);
  const parts = [0, 1, 2].map((at) =>
    b.node("Squeeze", [b.node("Slice", [split, list(b, [at]), list(b, [at + 1]), list(b, [0])]), list(b, [0])]),
  ) as [string, string, string];
  const [q, k, v] = parts;
  const scaled = b.node("Mul", [q, constant(b, "scale", { dtype: "float32", shape: [], data: Float32Array.of(0.35) })]);
  const scores = b.node("MatMul", [scaled, turned(b, k, [0, 1, 3, 2])]);
  const biased = b.node("Add", [scores, constant(b, "mask", dyadicWave([1, heads, tokens, tokens], 6))]);
  const weights = b.node("Softmax", [biased], { attributes: { axis: int(-1) } });
  const result = turned(b, b.node("MatMul", [weights, v]), [0, 2, 1, 3]);
  return b.node("Reshape", [result, list(b, [count, tokens, width])]);
}

test.each([1, 3])("attention over %i images copies nothing but what it packs", async (images) => {
  const b = createBuilder({ name: "attention" });
  const shape = [images, 10, 24] as const;
  b.output(attention(b, b.input("x", "float32", shape), [images, 10, 3, 8]));
  const graph = b.finish();
  const inputs = { x: dyadicWave(shape, 1) };
  await expectSame(graph, inputs);
  const { plan } = await runPlanned(graph, inputs);
  const kinds = plan.steps.map(({ kind }) => kind);
  // Tokens are not a multiple of eight: the last panel of keys is a copy of its own.
  expect(kinds).toEqual(["conv", "binary", "copy", "copy", "conv", "rows", "copy", "conv"]);
});

test("attention over any number of images, on two threads", async () => {
  const graph = (images: number | "N") => {
    const b = createBuilder({ name: "attention" });
    b.output(attention(b, b.input("x", "float32", [images, 10, 24]), [images, 10, 3, 8]));
    return b.finish();
  };
  for (const threads of [1, 2]) {
    const session = await smyd().load(await smydBytes(graph("N")), { threads });
    for (const images of [1, 3]) {
      const x = dyadicWave([images, 10, 24], images);
      const [wanted] = (await interpret(graph(images), { x })).values();
      const [found] = (await session.run({ x })).values();
      expect(found!.shape).toEqual(wanted!.shape);
      expect(relativeError(found!.data, wanted!.data)).toBeLessThan(2e-6);
    }
    await session.dispose();
  }
});

test.each([
  [1, [5, 4, 3, 3], [1, 4, 6, 7]],
  [2, [18, 2, 3, 1], [2, 4, 6, 7]],
  [4, [4, 1, 2, 2], [1, 4, 6, 7]],
  [3, [6, 2, 3], [2, 6, 9]],
] as const)("a convolution of %i groups with computed weights %j", async (group, weight, image) => {
  const b = createBuilder({ name: "conv" });
  const [x, w, bias] = [
    b.input("x", "float32", image),
    b.input("w", "float32", weight),
    b.input("b", "float32", [weight[0]]),
  ];
  const attributes = { group: int(group), pads: ints(weight.length === 3 ? [1, 1] : [1, 1, 1, 1]) };
  b.output(b.node("Relu", [b.node("Conv", [x, w, bias], { attributes })]));
  await expectSame(b.finish(), { x: dyadicWave(image, 1), w: dyadicWave(weight, 2), b: dyadicWave([weight[0]], 3) });
});

test("a linear layer as PyTorch exports it, with a transposed constant, is one step", async () => {
  for (const op of ["MatMul", "Gemm"]) {
    const b = createBuilder({ name: "linear" });
    const weight = turned(b, constant(b, "w", dyadicWave([11, 6], 1)), [1, 0]);
    const product = b.node(op, [b.input("x", "float32", [5, 6]), weight]);
    b.output(b.node("Add", [product, b.input("r", "float32", [5, 11])]));
    const inputs = { x: dyadicWave([5, 6], 2), r: dyadicWave([5, 11], 3) };
    const graph = b.finish();
    await expectSame(graph, inputs);
    const { plan } = await runPlanned(graph, inputs, { weights: "float16" });
    expect(plan.steps).toMatchObject([{ kind: "conv", storage: { kind: "float16" } }]);
  }
});

test("a transposed constant that is not only multiplied by stays as it is", async () => {
  const b = createBuilder({ name: "linear" });
  const weight = turned(b, constant(b, "w", dyadicWave([6, 6], 1)), [1, 0]);
  const x = b.input("x", "float32", [6, 6]);
  b.output(b.node("Add", [b.node("MatMul", [x, weight]), weight]));
  b.output(b.node("MatMul", [weight, x]));
  await expectSame(b.finish(), { x: dyadicWave([6, 6], 2) });
});
