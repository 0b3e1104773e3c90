import { lazyTensor, type Shape, type Tensor } from "@samoyed/core";
import { canonicalize, createBuilder, interpret } from "@samoyed/graph";
import { type Attribute, type Dim, type Graph, int, ints } from "@samoyed/ir";
import { numbers } from "@samoyed/test-support/tensors";
import { describe, expect, test } from "vitest";
import { type Backend, loadFiles, runModel, toFiles } from "../test/tfjs.ts";

/*
 * The WebAssembly engine adds the elements of a mean one after another in float32: on values of one sign the error grows
 * with their number, to thousands of units in the last place.
 */

/** What follows a Relu: values of one sign, whose partial sums grow steadily. */
function activations(shape: Shape): Tensor<"float32"> {
  const count = shape.reduce((product, size) => product * size, 1);
  return { dtype: "float32", shape, data: numbers(count, 7).map((value) => Math.max(0, value * 3 + 1)) };
}

interface OneNode {
  readonly op: string;
  /** The input's sizes as the graph has them; the tensor's own when absent. */
  readonly declared?: readonly Dim[];
  readonly attributes?: Readonly<Record<string, Attribute>>;
  /** Whether an image operator comes before, which puts the channels last. */
  readonly image?: boolean;
}

function graphOf(shape: Shape, { op, declared = shape, attributes = {}, image = false }: OneNode): Graph {
  const b = createBuilder({ name: "mean" });
  const input = b.input("x", "float32", declared);
  const x = image ? b.node("MaxPool", [input], { attributes: { kernel_shape: ints([1, 1]) } }) : input;
  const channels = [1, 0].map((value) =>
    lazyTensor(`c${value}`, { dtype: "float32", shape: [shape[1]!], data: new Float32Array(shape[1]!).fill(value) }),
  );
  const parameters = op === "InstanceNormalization" ? channels.map((lazy) => b.initializer(lazy)) : [];
  b.output(b.node(op, [x, ...parameters], { name: "y", attributes }));
  return b.finish();
}

/** The largest error against the interpreter, which sums in float64. */
async function worstError(shape: Shape, node: OneNode, backend: Backend = "wasm"): Promise<number> {
  const { graph } = canonicalize(graphOf(shape, node));
  const inputs = { x: activations(shape) };
  const expected = (await interpret(graph, inputs)).get("y") as Tensor<"float32">;
  const model = await loadFiles(await toFiles(graph), backend);
  const found = (await runModel(model, inputs, ["y"])).get("y")!;
  model.dispose();
  expect(found.shape).toEqual(expected.shape);
  return expected.data.reduce((worst, value, i) => Math.max(worst, Math.abs(Number(found.data[i]) - value)), 0);
}

/** Results are at most about 2: the rounding of mean, factor, product and sum, and of some hundred partial sums. */
const NORMALIZED = 2e-6;

/** Of a mean of about 1.2: four units in the last place. */
const MEAN = 5e-7;

/** Of means up to 3, and of sums over a single axis of 300, which stays whole. */
const SMALL_MEAN = 2e-6;

test.each([
  ["one group of all channels, as group norm is exported", [1, 1, 64 * 28 * 28], {}],
  ["two images, batch open", [2, 3, 56, 56], { declared: ["N", 3, 56, 56] }],
  ["an image of open size", [1, 3, 56, 56], { declared: ["N", 3, "H", "W"] }],
  ["an image with channels last", [1, 3, 56, 56], { image: true }],
  ["an image with channels last, of open size", [1, 3, 56, 56], { image: true, declared: ["N", 3, "H", "W"] }],
] as const)("InstanceNormalization of %s", async (_, shape, options) => {
  expect(await worstError(shape, { op: "InstanceNormalization", ...options })).toBeLessThanOrEqual(NORMALIZED);
});

test.each([[[1, 4, 112, 112]], [[2, 4, 7, 7]], [[2, 4, 3136]], [[1, 2, 16, 16, 16]]] as const)(
  "GlobalAveragePool of %j",
  async (shape) => {
    expect(await worstError(shape, { op: "GlobalAveragePool" })).toBeLessThanOrEqual(MEAN);
  },
);

describe.each([0, 1])("ReduceMean with keepdims %d", (keep) => {
  test.each([
    [
      [2, 3, 56, 56],
      [2, 3],
    ],
    [[2, 3, 56, 56], [-1]],
    [[2, 300, 5], [1]],
    [
      [2, 3, 4, 40],
      [1, 3],
    ],
    [
      [300, 3, 1, 400],
      [0, 2, 3],
    ],
    [[2, 331], [1]],
    [[2, 2 * 331], [1]],
    [
      [3, 40, 40],
      [0, 1, 2],
    ],
    [[2, 3, 5], []],
  ] as const)("of %j over %j", async (shape, axes) => {
    const attributes = { axes: ints(axes), keepdims: int(keep) };
    const open = ["A", "B", "C", "D"].slice(0, shape.length);
    for (const image of shape.length === 4 ? [false, true] : [false]) {
      const node = { op: "ReduceMean", attributes, image };
      expect(await worstError(shape, node)).toBeLessThanOrEqual(SMALL_MEAN);
      expect(await worstError(shape, node, "cpu")).toBeLessThanOrEqual(SMALL_MEAN);
      const declared = image ? ["A", shape[1]!, "C", "D"] : open;
      expect(await worstError(shape, { ...node, declared })).toBeLessThanOrEqual(SMALL_MEAN);
    }
  });
});
