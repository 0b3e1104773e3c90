import { elementCount, lazyTensor, type Shape, type Tensor } from "@samoyed/core";
import { createBuilder, interpret } from "@samoyed/graph";
import { type Graph, int, ints } from "@samoyed/ir";
import { expect, test } from "vitest";
import { noise } from "@samoyed/test-support/tensors";
import { BACKENDS } from "./backends.ts";
import { smydBytes } from "./models.ts";

/*
 * Sums of many elements: in float32, one after another, the error grows with their number, and on values of one sign to
 * thousands of units in the last place.
 */

/** What follows a Relu: values of one sign, whose partial sums grow steadily. */
function activations(shape: Shape): Tensor<"float32"> {
  const { data } = noise(shape, 7);
  return { dtype: "float32", shape, data: data.map((value) => Math.max(0, value * 3 + 1)) };
}

function normalization(shape: Shape, layout: "plain" | "pixels"): Graph {
  const b = createBuilder({ name: "norm" });
  const x = b.input("x", "float32", shape);
  const image = layout === "plain" ? x : b.node("MaxPool", [x], { attributes: { kernel_shape: ints([1, 1]) } });
  const [scale, bias] = [1, 0].map((value) =>
    b.initializer(
      lazyTensor(`c${value}`, { dtype: "float32", shape: [shape[1]!], data: new Float32Array(shape[1]!).fill(value) }),
    ),
  );
  b.output(b.node("InstanceNormalization", [image, scale!, bias!], { name: "y" }));
  return b.finish();
}

function mean(shape: Shape): Graph {
  const b = createBuilder({ name: "mean" });
  b.output(b.node("GlobalAveragePool", [b.input("x", "float32", shape)], { name: "y" }));
  return b.finish();
}

/** The largest error against the interpreter, which sums in float64. */
async function worstError(graph: Graph): Promise<number> {
  const shape = graph.inputs[0]!.shape as Shape;
  const inputs = { x: activations(shape) };
  const expected = (await interpret(graph, inputs)).get("y")!.data as Float32Array;
  let worst = 0;
  for (const backend of Object.values(BACKENDS)) {
    const session = await backend.load(await smydBytes(graph), { threads: 1 });
    const found = (await session.run(inputs)).get("y")!;
    expect(found.data.length).toBe(elementCount(found.shape));
    for (const [index, value] of expected.entries()) {
      worst = Math.max(worst, Math.abs(Number(found.data[index]) - value));
    }
    await session.dispose();
  }
  return worst;
}

/** Results are at most about 2: the rounding of mean, factor, product and sum, each half of 2^-23 or less. */
const FOUR_ROUNDINGS = 4 * 2 ** -23;

test.each([
  ["one group of all channels, as group norm is exported", [1, 1, 64 * 28 * 28], "plain"],
  ["an image, its channels one behind the other", [1, 6, 56, 56], "plain"],
  ["an image of pixels", [1, 6, 56, 56], "pixels"],
] as const)("InstanceNormalization of %s", async (_, shape, layout) => {
  expect(await worstError(normalization(shape, layout))).toBeLessThanOrEqual(FOUR_ROUNDINGS);
});

test("GlobalAveragePool", async () => {
  // Of a mean of about 1.3, one rounding.
  expect(await worstError(mean([1, 6, 112, 112]))).toBeLessThanOrEqual(2 ** -23);
});

test("a classifier of small weights and large biases, for two images", async () => {
  const b = createBuilder({ name: "linear" });
  const [inputs, outputs] = [768, 10];
  const weights = noise([outputs, inputs], 8);
  const bias = { dtype: "float32", shape: [outputs], data: new Float32Array(outputs).fill(1.3) } as const;
  const operands = [
    lazyTensor("w", { ...weights, data: weights.data.map((value) => value * 1e-4) }),
    lazyTensor("b", bias),
  ];
  const x = b.input("x", "float32", [2, inputs]);
  b.output(
    b.node("Gemm", [x, ...operands.map((tensor) => b.initializer(tensor))], {
      name: "y",
      attributes: { transB: int(1) },
    }),
  );
  // One rounding, of the sum with the bias.
  expect(await worstError(b.finish())).toBeLessThanOrEqual(2 ** -23);
});
