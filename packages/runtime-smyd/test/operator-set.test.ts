import { createBuilder } from "@samoyed/graph";
import { lazyTensor, memorySource } from "@samoyed/core";
import type { Graph } from "@samoyed/ir";
import { readSmydHeader } from "@samoyed/smyd-file";
import { tinyGraph } from "@samoyed/test-support/tiny-graph";
import { expect, test } from "vitest";
import { smyd } from "../src/node.ts";
import { ALL_OPERATORS } from "../src/plan/operators/all.ts";
import { COMMON } from "../src/plan/operators/common.ts";
import { FURTHER } from "../src/plan/operators/further.ts";
import { encodeCommonStep } from "../src/wasm/program/common-records.ts";
import { loadOperatorSet } from "../src/wasm/operator-set.ts";
import { smydBytes } from "./models.ts";

/** The kernels that a graph is run with. */
async function kernelsOf(graph: Graph): Promise<string> {
  const file = await readSmydHeader(memorySource(await smydBytes(graph), "graph"));
  return (await loadOperatorSet(file.graph)).kernels;
}

function sumOf(dtype: "float32" | "int32"): Graph {
  const b = createBuilder({ name: "sum" });
  const x = b.input("x", dtype, [4]);
  b.output(b.node("Add", [x, x], { name: "sum" }));
  return b.finish();
}

test("a convolutional classifier is run with the common kernels, other operators and integers with all", async () => {
  expect(await kernelsOf(tinyGraph())).toBe("common");
  expect(await kernelsOf(sumOf("float32"))).toBe("common");
  expect(await kernelsOf(sumOf("int32"))).toBe("all");
  const b = createBuilder({ name: "softmax" });
  b.output(b.node("Softmax", [b.input("x", "float32", [1, 4])]));
  expect(await kernelsOf(b.finish())).toBe("all");
});

test("integers that are only constants are multiplied as integers", async () => {
  const b = createBuilder({ name: "constants" });
  const data = Int32Array.of(46340, -3);
  const number = b.initializer(lazyTensor("number", { dtype: "int32", shape: [2], data }));
  b.output(b.node("Relu", [b.input("x", "float32", [1])], { name: "relu" }));
  b.output(b.node("Mul", [number, number], { name: "square" }));
  const graph = b.finish();
  expect(await kernelsOf(graph)).toBe("all");
  const session = await smyd().load(await smydBytes(graph), { threads: 1 });
  const values = await session.run({ x: { dtype: "float32", shape: [1], data: Float32Array.of(5) } });
  expect([...values.get("square")!.data]).toEqual([46340 ** 2, 9]);
  await session.dispose();
});

test("an operator is either common or not, and together they are all", () => {
  const names = [...Object.keys(COMMON), ...Object.keys(FURTHER)];
  expect(new Set(names).size).toBe(names.length);
  expect(names.toSorted()).toEqual([...ALL_OPERATORS.keys()].toSorted());
});

test("a step that is not common has no record among the common ones", () => {
  const view = { address: 0, block: 0, row: 0, element: 4 };
  const step = { kind: "rows", operator: "sum", input: view, output: view, rows: 1, inner: 1, count: 4 } as const;
  expect(() => encodeCommonStep(step, 4)).toThrow(/a step of the kind rows/);
});
