import { lazyTensor, type Tensor } from "@samoyed/core";
import { type Graph, int, ints } from "@samoyed/ir";
import { noise } from "@samoyed/test-support/tensors";
import { describe, expect, test } from "vitest";
import { canonicalOps, expectSameNumbers, reasons } from "../../../test/canonical-case.ts";
import { floats32 } from "../../../test/helpers.ts";
import { canonicalize, createBuilder } from "../../index.ts";

const bytes = (dtype: "int8" | "uint8", shape: readonly number[], first = 0): Tensor => {
  const values = { length: shape.reduce((product, size) => product * size, 1) };
  const at = (_: unknown, index: number): number => (first + index * 37) % 256;
  return { dtype, shape, data: dtype === "int8" ? Int8Array.from(values, at) : Uint8Array.from(values, at) };
};

describe("a value is quantized for its own range", () => {
  test.each<[string, readonly number[]]>([
    ["around zero", [-1.5, -0.3, 0, 0.004, 0.7, 2.25]],
    ["above zero, which the range still has", [0.5, 1.25, 3]],
    ["below zero", [-0.5, -1.25, -3]],
    ["zero everywhere", [0, 0]],
    ["halves, which go to the even neighbor", [0, 0.5, 1.5, 2.5, 255]],
  ])("%s", async (_, values) => {
    const ops = await canonicalOps({
      op: "DynamicQuantizeLinear",
      inputs: [floats32([values.length], values)],
      outputs: 3,
    });
    expect(ops.filter((op) => op === "Cast")).toHaveLength(2);
  });

  test("only of float32", () => {
    const halves = { dtype: "float16", shape: [1], data: new Uint16Array([0x3c00]) } as const;
    expect(reasons({ op: "DynamicQuantizeLinear", inputs: [halves], outputs: 3 })).toEqual(["it works on float16"]);
  });
});

describe("a product of bytes is one of floats", () => {
  const image = bytes("uint8", [1, 4, 5, 6]);
  const conv = { kernel_shape: ints([3, 3]), pads: ints([1, 0, 1, 0]), strides: ints([2, 1]), group: int(2) };

  test.each<[string, Tensor[], number[]]>([
    ["without zero points", [image, bytes("int8", [6, 2, 3, 3])], [1]],
    ["with one for the image, which pads it", [image, bytes("int8", [6, 2, 3, 3]), bytes("uint8", [], 130)], [1]],
    [
      "with one for each output channel",
      [image, bytes("uint8", [6, 2, 3, 3]), bytes("uint8", [], 3), bytes("uint8", [6], 120)],
      [1, 2, 3],
    ],
    ["of two computed values", [image, bytes("int8", [6, 2, 3, 3])], []],
  ])("ConvInteger %s", async (_, inputs, constants) => {
    const ops = await canonicalOps({ op: "ConvInteger", attributes: conv, inputs, constants });
    expect(ops.filter((op) => op !== "Cast" && op !== "Sub")).toEqual(["Conv"]);
    expect(ops.at(-1)).toBe("Cast");
  });

  test("MatMulInteger, with a zero point for each column", async () => {
    const inputs = [bytes("uint8", [2, 3, 4]), bytes("int8", [4, 5], 9), bytes("uint8", [], 7), bytes("int8", [5], 3)];
    expect(await canonicalOps({ op: "MatMulInteger", inputs, constants: [1, 3] })).toContain("MatMul");
  });

  test("with a zero point for each row it stays", () => {
    const inputs = [bytes("uint8", [2, 4]), bytes("int8", [4, 5]), bytes("uint8", [2])];
    expect(reasons({ op: "MatMulInteger", inputs })).toEqual(["its first operand has more than one zero point"]);
  });
});

/** What quantize_dynamic of onnxruntime makes of a convolution. */
function quantized(): Graph {
  const b = createBuilder({ name: "net" });
  const x = b.input("x", "float32", [1, 4, 5, 6]);
  const names = ["bytes", "scale", "zero"];
  b.node("DynamicQuantizeLinear", [x], { name: "quantize", outputs: names });
  const weight = b.initializer(lazyTensor("w", bytes("int8", [3, 4, 3, 3])));
  const zero = b.initializer(lazyTensor("z", bytes("int8", [], 5)));
  const product = b.node("ConvInteger", ["bytes", weight, "zero", zero], {
    name: "product",
    attributes: { kernel_shape: ints([3, 3]), pads: ints([1, 1, 1, 1]) },
  });
  const float = b.node("Cast", [product], { name: "float", attributes: { to: int(1) } });
  const step = b.node("Mul", ["scale", b.initializer(lazyTensor("s", floats32([], [0.02])))], { name: "step" });
  b.output(b.node("Mul", [float, step], { name: "y" }));
  return b.finish();
}

test("a network that is quantized while it runs has no bytes in the canonical form", async () => {
  const graph = quantized();
  const { graph: canonical } = canonicalize(graph);
  const types = [...canonical.values.values()].map(({ dtype }) => dtype);
  expect(types).toContain("float32");
  expect(types).not.toContain("uint8");
  expect(canonical.nodes.filter(({ op }) => op === "Conv")).toHaveLength(1);
  await expectSameNumbers(graph, canonical, { x: noise([1, 4, 5, 6], 7) });
});
