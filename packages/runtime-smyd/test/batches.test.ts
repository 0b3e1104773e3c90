// Batches: images are planned one by one where each is computed by itself, and together where a node mixes them.
import { lazyTensor, type Tensor } from "@samoyed/core";
import { createBuilder, type GraphBuilder, interpret } from "@samoyed/graph";
import { wave } from "@samoyed/test-support/tensors";
import { expect, test } from "vitest";
import { smyd } from "../src/node.ts";
import { relativeError, smydBytes } from "./models.ts";

type Build = (b: GraphBuilder, x: string) => string;

function list(b: GraphBuilder, name: string, values: readonly number[]): string {
  return b.initializer(
    lazyTensor(name, { dtype: "int64", shape: [values.length], data: BigInt64Array.from(values, BigInt) }),
  );
}

const perm = (...ints: number[]) => ({ attributes: { perm: { type: "ints", value: ints } as const } });

/** Windows of 2 × 2 pixels become images of their own, and go back: image n is windows 4n to 4n + 3. */
const windows: Build = (b, x) => {
  const split = b.node("Reshape", [x, list(b, "s1", [-1, 3, 2, 2, 2, 2])]);
  const moved = b.node("Transpose", [split], perm(0, 2, 4, 1, 3, 5));
  const parts = b.node("Reshape", [moved, list(b, "s2", [-1, 3, 2, 2])]);
  const relu = b.node("Sigmoid", [parts]);
  const back = b.node("Reshape", [relu, list(b, "s3", [-1, 2, 2, 3, 2, 2])]);
  return b.node("Reshape", [b.node("Transpose", [back], perm(0, 3, 1, 4, 2, 5)), list(b, "s4", [-1, 3, 4, 4])]);
};

/** The number of images is read from the input's shape. */
const sized: Build = (b, x) => {
  const count = b.node("Gather", [b.node("Shape", [x]), list(b, "zero", [0])], {
    attributes: { axis: { type: "int", value: 0 } },
  });
  return b.node("Reshape", [
    x,
    b.node("Concat", [count, list(b, "rest", [-1])], {
      attributes: { axis: { type: "int", value: 0 } },
    }),
  ]);
};

const axis = (value: number) => ({ attributes: { axis: { type: "int", value } as const } });

/** Half as many rows as a size that was computed from the number of images, and twice as many values in each. */
const computed: Build = (b, x) => {
  const count = b.node("Gather", [b.node("Shape", [x]), list(b, "zero", [0])], axis(0));
  const twice = b.node("Mul", [count, list(b, "four", [4])]);
  const parts = b.node("Reshape", [x, b.node("Concat", [twice, list(b, "rest", [12])], axis(0))]);
  const half = b.node("Div", [twice, list(b, "two", [2])]);
  return b.node("Reshape", [b.node("Relu", [parts]), b.node("Concat", [half, list(b, "wide", [24])], axis(0))]);
};

/** Images change places with channels. */
const mixed: Build = (b, x) => b.node("Relu", [b.node("Transpose", [x], perm(1, 0, 2, 3))]);

/** Each image by itself: norms over channels, sums over them, the places of the largest, running sums, choices. */
const rows: Build = (b, x) => {
  const last = b.node("Transpose", [x], perm(0, 2, 3, 1));
  const scale = b.initializer(lazyTensor("scale", wave([3], 2)));
  const normal = b.node("Transpose", [b.node("LayerNormalization", [last, scale])], perm(0, 3, 1, 2));
  const softmax = b.node("Softmax", [normal], axis(1));
  const sums = b.node("CumSum", [softmax, list(b, "along", [2])]);
  const largest = b.node("ArgMax", [sums], axis(1));
  const taken = b.node("GatherElements", [sums, largest], axis(1));
  const total = b.node("ReduceSum", [x, list(b, "axes", [1, 3])]);
  const isLess = b.node("Less", [taken, total]);
  return b.node("Where", [isLess, b.node("Exp", [taken]), b.node("Sin", [total])]);
};

/** Axis 0 is summed up, so that images are planned together. */
const summed: Build = (b, x) =>
  b.node("Sub", [x, b.node("ReduceMax", [x], { attributes: { axes: { type: "ints", value: [0] } } })]);

test.each([
  ["rows", rows],
  ["summed", summed],
  ["windows", windows],
  ["sized", sized],
  ["computed", computed],
  ["mixed", mixed],
] as const)("%s: batches of 1, 2, 3 and 1 again", async (_, build) => {
  const graph = (images: number | "N") => {
    const b = createBuilder({ name: "batch" });
    b.output(build(b, b.input("x", "float32", [images, 3, 4, 4])));
    return b.finish();
  };
  const bytes = await smydBytes(graph("N"));
  const session = await smyd().load(bytes, { threads: 2 });
  for (const images of [1, 2, 3, 1]) {
    const x: Tensor<"float32"> = wave([images, 3, 4, 4], images);
    const [[name, wanted]] = [...(await interpret(graph(images), { x }))] as [[string, Tensor]];
    const found = (await session.run({ x })).get(name)!;
    expect(found.shape).toEqual(wanted.shape);
    expect(relativeError(found.data, wanted.data)).toBeLessThan(2e-6);
  }
  await session.dispose();
});
