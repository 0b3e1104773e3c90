import { lazyTensor, type Shape, type Tensor } from "@samoyed/core";
import { createBuilder, interpret } from "@samoyed/graph";
import type { Dim } from "@samoyed/ir";
import { expect, test } from "vitest";
import { input } from "../test/graphs.ts";
import { type Backend, loadFiles, runModel, toFiles } from "../test/tfjs.ts";

/** A condition that is true at every third element. */
function mask(shape: Shape): Tensor<"bool"> {
  const data = Uint8Array.from({ length: shape.reduce((count, size) => count * size, 1) }, (_, at) =>
    Number(at % 3 === 0),
  );
  return { dtype: "bool", shape, data };
}

/** Conditions of few axes over images of six: PyTorch's default exporter masks the windows of uneven pools so. */
test.each<[string, Shape]>([
  ["rows", [3, 4, 1, 1]],
  ["columns", [3, 4]],
  ["rows and columns", [3, 4, 3, 4]],
  ["channels and columns", [2, 1, 1, 3, 4]],
  ["every other axis", [2, 1, 4, 1, 1]],
])("a condition on %s selects among six axes of an open batch", async (_, condition) => {
  const sizes: readonly Dim[] = ["N", 2, 3, 4, 3, 4];
  const b = createBuilder({ name: "where" });
  const x = b.input("input", "float32", sizes);
  const zero = b.initializer(lazyTensor("zero", { dtype: "float32", shape: [], data: Float32Array.of(0.5) }));
  b.output(b.node("Where", [b.initializer(lazyTensor("mask", mask(condition))), zero, x], { name: "y" }));
  const graph = b.finish();
  const inputs = { input: input([2, 2, 3, 4, 3, 4]) };
  for (const backend of ["cpu", "wasm"] satisfies Backend[]) {
    const model = await loadFiles(await toFiles(graph), backend);
    expect(await runModel(model, inputs, ["y"]), backend).toEqual(await interpret(graph, inputs));
    model.dispose();
  }
});
