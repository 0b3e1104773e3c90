import { lazyFromChunks, lazyTensor, readTensor } from "@samoyed/core";
import { noise } from "@samoyed/test-support/tensors";
import { describe, expect, test } from "vitest";
import { canonicalOps, expectSameNumbers, reasons } from "../../../test/canonical-case.ts";
import { floats32, int64, type NodeCase } from "../../../test/helpers.ts";
import { canonicalize, createBuilder, type GraphBuilder } from "../../index.ts";
import { type Attribute, type Dim, int, ints, readInts, string, tensorAttribute } from "@samoyed/ir";
import { MAX_FILLED_BYTES } from "./filled-weights.ts";

describe("auto_pad", () => {
  const x = noise([1, 2, 7, 6], 1);
  const window = (op: string, attributes: Record<string, Attribute>): NodeCase => ({
    op,
    attributes: op.startsWith("Conv") ? attributes : { kernel_shape: ints([3, 2]), ...attributes },
    inputs: op.startsWith("Conv") ? [x, noise([2, 2, 3, 2], 2)] : [x],
  });
  const strides = ints([2, 3]);
  test.each<[string, Record<string, Attribute>]>(
    ["Conv", "MaxPool", "AveragePool", "ConvTranspose"].flatMap((op) =>
      ["SAME_UPPER", "SAME_LOWER", "VALID", "NOTSET"].map((mode): [string, Record<string, Attribute>] => [
        op,
        { auto_pad: string(mode), strides },
      ]),
    ),
  )("%s %o", async (op, attributes) => {
    const item = window(op, attributes);
    expect(await canonicalOps(item)).toEqual([op]);
  });

  test("the padding is an attribute", () => {
    const b = createBuilder({ name: "net" });
    const same = { kernel_shape: ints([3, 3]), auto_pad: string("SAME_UPPER"), strides: ints([2, 1]) };
    b.output(b.node("MaxPool", [b.input("x", "float32", [1, 1, 8, 8])], { attributes: same }));
    const [pool] = canonicalize(b.finish()).graph.nodes;
    expect(Object.keys(pool!.attributes)).toEqual(["kernel_shape", "strides", "pads"]);
    expect(readInts(pool!, "pads")).toEqual([0, 1, 1, 1]);
  });

  test("a size that a transposed convolution is asked for", async () => {
    const asked = window("ConvTranspose", { output_shape: ints([14, 12]), strides: ints([2, 2]) });
    expect(await canonicalOps(asked)).toEqual(["ConvTranspose"]);
    expect(reasons({ ...asked, attributes: { output_shape: ints([17, 12]), strides: ints([2, 2]) } })).toEqual([
      "its padding (auto_pad NOTSET) depends on sizes that are not known",
    ]);
  });

  test("of open sizes is known with a stride of 1, or where a transposed convolution cuts off the same", async () => {
    const open = (index: number): readonly Dim[] | undefined => (index === 0 ? [1, 2, "H", "W"] : undefined);
    const upper = { auto_pad: string("SAME_UPPER") };
    expect(await canonicalOps(window("Conv", upper), open)).toEqual(["Conv"]);
    expect(await canonicalOps(window("ConvTranspose", { ...upper, strides }), open)).toEqual(["ConvTranspose"]);
    expect(reasons(window("MaxPool", { ...upper, strides }), open)).toEqual([
      "its padding (auto_pad SAME_UPPER) depends on sizes that are not known",
    ]);
  });
});

/** x + constant, where the constant is what `make` gives. */
function plusConstant(shape: readonly Dim[], make: (b: GraphBuilder) => string) {
  const b = createBuilder({ name: "net" });
  const x = b.input("x", "float32", shape);
  b.output(b.node("Add", [x, make(b)], { name: "y" }));
  return b.finish();
}

describe("constants", () => {
  test("are weights, whatever their size, and unread", () => {
    const far = lazyFromChunks({ name: "far", dtype: "float32", shape: [1 << 20] }, () => {
      throw new Error("read");
    });
    const graph = plusConstant([1 << 20], (b) =>
      b.node("Constant", [], { name: "w", attributes: { value: tensorAttribute(far) } }),
    );
    const result = canonicalize(graph).graph;
    expect(result.nodes.map((node) => node.op)).toEqual(["Add"]);
    expect(result.initializers.get("w")).toMatchObject({ name: "w", dtype: "float32", shape: [1 << 20] });
  });

  test.each<[Record<string, Attribute>]>([
    [{ value_float: { type: "float", value: 2.5 } }],
    [{ value_floats: { type: "floats", value: [1, 2, 3] } }],
  ])("%o", async (attributes) => {
    const graph = plusConstant([3], (b) => b.node("Constant", [], { attributes }));
    const { graph: result } = canonicalize(graph);
    expect(result.nodes).toHaveLength(1);
    await expectSameNumbers(graph, result, { x: noise([3], 1) });
  });

  test("of one value are weights that are made while they are read", async () => {
    const value = tensorAttribute(lazyTensor("v", floats32([1], [0.25])));
    const fill = (shape: number[]) => (b: GraphBuilder) =>
      b.node("ConstantOfShape", [b.initializer(lazyTensor("shape", int64(shape)))], {
        name: "w",
        attributes: { value },
      });
    const { graph } = canonicalize(plusConstant([3, 200_000], fill([3, 200_000])));
    const weight = graph.initializers.get("w")!;
    expect([graph.nodes.length, weight.tensor]).toEqual([1, undefined]);
    expect(await readTensor(weight)).toEqual(floats32([3, 200_000], new Array<number>(600_000).fill(0.25)));
    const huge = canonicalize(plusConstant([1], fill([MAX_FILLED_BYTES / 4 + 1]))).graph;
    expect(huge.nodes.map((node) => node.op)).toEqual(["Expand", "Add"]);
  });

  test("of one value and an open shape are expanded", async () => {
    const graph = plusConstant(["N", 2], (b) => b.node("ConstantOfShape", [b.node("Shape", ["x"])]));
    const result = canonicalize(graph).graph;
    expect(result.nodes.map((node) => node.op)).toEqual(["Shape", "Expand", "Add"]);
    await expectSameNumbers(graph, result, { x: noise([4, 2], 1) });
  });
});

describe("computed shapes", () => {
  const integers = (b: GraphBuilder, name: string, values: number[], shape?: number[]): string =>
    b.initializer(lazyTensor(name, int64(values, shape)));
  /** A value whose first sizes are the input's, as exporters write it. */
  function withBatch(op: string, shape: readonly Dim[], rest: number[]) {
    const b = createBuilder({ name: "net" });
    const x = b.input("x", "float32", shape);
    const batch = b.node("Gather", [b.node("Shape", [x]), integers(b, "zero", [0], [])]);
    const target = b.node(
      "Concat",
      [b.node("Unsqueeze", [batch, integers(b, "axes", [0])]), integers(b, "rest", rest)],
      {
        attributes: { axis: int(0) },
      },
    );
    b.output(b.node(op, [x, target], { name: "y" }));
    return b.finish();
  }
  test.each<[string, readonly Dim[], number[], number[]]>([
    ["Reshape", ["N", 3, 4], [-1], [0, 12]],
    ["Reshape", ["N", "T", 4], [2, -1, 2], [0, 2, -1, 2]],
    ["Expand", ["N", 1, 4], [3, 4], [1, 3, 4]],
  ])("%s %o by %o", async (op, shape, rest, expected) => {
    const graph = withBatch(op, shape, rest);
    const result = canonicalize(graph).graph;
    expect(result.nodes.map((node) => node.op)).toEqual([op]);
    const target = result.initializers.get(result.nodes[0]!.inputs[1]!)!;
    expect((await readTensor(target)).data).toEqual(BigInt64Array.from(expected, BigInt));
    const sizes = shape.map((dim) => (typeof dim === "number" ? dim : 2));
    await expectSameNumbers(graph, result, { x: noise(sizes, 1) });
  });

  test("that have two open sizes of their own stay", () => {
    const b = createBuilder({ name: "net" });
    const [x, shape] = [b.input("x", "float32", ["N", "T"]), b.input("shape", "int64", [2])];
    b.output(b.node("Reshape", [x, shape], { name: "y" }));
    const { report } = canonicalize(b.finish());
    expect(report.declined).toEqual([{ rewrite: "shapeTargets", node: "y", reason: 'its shape "shape" is computed' }]);
  });
});
