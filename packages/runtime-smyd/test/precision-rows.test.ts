// Norms of rows in units of F = 2^-24, half of float32's last place at 1: rows far from zero, long ones, masked ones.
import { lazyTensor, type Shape, type Tensor } from "@samoyed/core";
import { createBuilder, interpret } from "@samoyed/graph";
import { type Attribute, int } from "@samoyed/ir";
import { noise } from "@samoyed/test-support/tensors";
import { expect, test } from "vitest";
import { BACKENDS } from "./backends.ts";
import { smydBytes } from "./models.ts";

const F = 2 ** -24;

interface Case {
  readonly op: string;
  readonly x: Tensor<"float32">;
  readonly parameters?: readonly Tensor[];
  readonly attributes?: Readonly<Record<string, Attribute>>;
}

/** Every result beside what the interpreter computes in float64. */
async function results({ op, x, parameters = [], attributes = {} }: Case): Promise<[number, number][]> {
  const b = createBuilder({ name: op });
  const names = parameters.map((tensor, index) => b.initializer(lazyTensor(`p${index}`, tensor)));
  b.output(b.node(op, [b.input("x", "float32", x.shape), ...names], { name: "y", attributes }));
  const graph = b.finish();
  const expected = (await interpret(graph, { x })).get("y")!.data;
  const pairs: [number, number][] = [];
  for (const backend of Object.values(BACKENDS)) {
    const session = await backend.load(await smydBytes(graph), { threads: 1 });
    const { data } = (await session.run({ x })).get("y")!;
    for (const [index, value] of data.entries()) pairs.push([Number(value), Number(expected[index])]);
    await session.dispose();
  }
  return pairs;
}

function around(mean: number, shape: Shape): Tensor<"float32"> {
  const { data } = noise(shape, 5);
  return { dtype: "float32", shape, data: data.map((value) => mean + value) };
}

test.each([
  [0, [8, 96]],
  [1000, [8, 96]],
  [1000, [4, 1001]],
  [-1e5, [2, 4096]],
])("LayerNormalization around %i of %j: within 3 F of 4, the size of its terms", async (mean, shape) => {
  const parameters = [around(1, [shape[1]!]), around(0, [shape[1]!])];
  for (const [found, wanted] of await results({ op: "LayerNormalization", x: around(mean, shape), parameters })) {
    // The product with the scale rounds once, and may be larger than the sum.
    expect(Math.abs(found - wanted)).toBeLessThanOrEqual(3 * F * Math.max(4, Math.abs(wanted)));
  }
});

test.each([
  [1, [6, 49]],
  [8, [6, 197]],
  [30, [6, 577]],
  [1, [1, 20_000]],
])("Softmax of values up to %i times a noise, of %j: within 5 F of each result", async (factor, shape) => {
  const { data } = noise(shape, 3);
  const x = { dtype: "float32", shape, data: data.map((value) => factor * value) } as const;
  for (const [found, wanted] of await results({ op: "Softmax", x })) {
    expect(Math.abs(found - wanted)).toBeLessThanOrEqual(5 * F * Math.max(1e-37, wanted));
  }
});

test("a softmax of values of which some are masked, and of none", async () => {
  const data = Float32Array.of(1, -Infinity, 0.5, -Infinity, -Infinity, -100, 88, -3e38);
  const x = { dtype: "float32", shape: [2, 4], data } as const;
  for (const [found, wanted] of await results({ op: "Softmax", x })) expect(found).toBeCloseTo(wanted, 6);
  const none = { dtype: "float32", shape: [5], data: new Float32Array(5).fill(-Infinity) } as const;
  for (const [found] of await results({ op: "Softmax", x: none })) expect(found).toBeNaN();
});

test.each(["LogSoftmax", "ReduceMean", "ReduceSum"])("%s of 50,000: within 1 F of the result", async (op) => {
  const x = around(3, [50_000]);
  for (const [found, wanted] of await results({ op, x })) {
    expect(Math.abs(found - wanted)).toBeLessThanOrEqual(1.01 * F * Math.max(1, Math.abs(wanted)));
  }
});

test("running sums of 50,000 are exact to one rounding", async () => {
  const axis = { dtype: "int64", shape: [], data: BigInt64Array.of(0n) } as const;
  for (const [found, wanted] of await results({ op: "CumSum", x: around(3, [50_000]), parameters: [axis] })) {
    expect(Math.abs(found - wanted)).toBeLessThanOrEqual(2 * F * Math.abs(wanted));
  }
});

test("the mean over channels of pixels and over tokens", async () => {
  for (const axis of [0, 1]) {
    const attributes = { axes: { type: "ints", value: [axis] }, keepdims: int(0) } as const;
    for (const [found, wanted] of await results({ op: "ReduceMean", x: around(100, [300, 40]), attributes })) {
      expect(Math.abs(found - wanted)).toBeLessThanOrEqual(F * Math.abs(wanted) * 2);
    }
  }
});
