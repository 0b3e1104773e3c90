import { lazyTensor } from "@samoyed/core";
import { expect, test } from "vitest";
import { createBuilder } from "./index.ts";
import { int, ints } from "@samoyed/ir";

const weight = (name: string, shape: number[]) =>
  lazyTensor(name, {
    dtype: "float32",
    shape,
    data: new Float32Array(shape.reduce((a, b) => a * b, 1)),
  });

test("a small residual network gets the shapes PyTorch gives, with a symbolic batch", () => {
  const b = createBuilder({ name: "net" });
  const x = b.input("input", "float32", ["N", 3, 224, 224]);
  let y = b.node("Conv", [x, b.initializer(weight("conv1.weight", [64, 3, 7, 7]))], {
    name: "conv1",
    attributes: { strides: ints([2, 2]), pads: ints([3, 3, 3, 3]), group: int(1) },
  });
  y = b.node("Relu", [y]);
  y = b.node("MaxPool", [y], {
    attributes: { kernel_shape: ints([3, 3]), strides: ints([2, 2]), pads: ints([1, 1, 1, 1]) },
  });
  const shortcut = y;
  y = b.node("Conv", [y, b.initializer(weight("conv2.weight", [64, 2, 3, 3]))], {
    attributes: { pads: ints([1, 1, 1, 1]), group: int(32) },
  });
  y = b.node("Add", [y, shortcut]);
  const shape = b.initializer(
    lazyTensor("shape", { dtype: "int64", shape: [3], data: new BigInt64Array([0n, 1n, -1n]) }),
  );
  const pooled = b.node("GlobalAveragePool", [y]);
  const eca = b.node("Reshape", [pooled, shape]);
  y = b.node("Flatten", [pooled]);
  y = b.node("Gemm", [y, b.initializer(weight("fc.weight", [10, 64])), b.initializer(weight("fc.bias", [10]))], {
    attributes: { transB: int(1) },
    name: "logits",
  });
  b.output(y);
  b.output(eca);
  const graph = b.finish();
  expect(graph.outputs).toEqual([
    { name: "logits", dtype: "float32", shape: ["N", 10] },
    { name: "Reshape_1", dtype: "float32", shape: ["N", 1, 64] },
  ]);
  expect(graph.values.get("Add_1")?.shape).toEqual(["N", 64, 56, 56]);
});
