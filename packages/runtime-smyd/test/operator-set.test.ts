import { createBuilder } from "@samoyed/graph";
import { lazyTensor, memorySource } from "@samoyed/core";
import type { Graph } from "@samoyed/ir";
import { readSmydHeader } from "@samoyed/smyd-file";
import { tinyGraph } from "@samoyed/test-support/tiny-graph";
import { expect, test } from "vitest";
import { smyd } from "../src/node.ts";
import { ALL_OPERATORS } from "../src/plan/operators/all.ts";
import { COMMON } from "../src/plan/operators/common.ts";
import { CONV_TRANSPOSE } from "../src/plan/operators/conv-transpose.ts";
import { IMAGES } from "../src/plan/operators/images.ts";
import { PAD } from "../src/plan/operators/pad.ts";
import { RARE } from "../src/plan/operators/rare.ts";
import { RESIZE } from "../src/plan/operators/resize.ts";
import { SEQUENCES } from "../src/plan/operators/sequences.ts";
import { GROUPED } from "../src/wasm/operator-groups.ts";
import { loadOperatorSet, type Needs, needsOf } from "../src/wasm/operator-set.ts";
import { COMMON_RECORDS } from "../src/wasm/program/common-records.ts";
import { stepEncoder } from "../src/wasm/program/step-records.ts";
import { smydBytes } from "./models.ts";

/** What a graph is run with. */
async function needs(graph: Graph): Promise<Needs> {
  return needsOf((await readSmydHeader(memorySource(await smydBytes(graph), "graph"))).graph);
}

function sumOf(dtype: "float32" | "int32"): Graph {
  const b = createBuilder({ name: "sum" });
  const x = b.input("x", dtype, [4]);
  b.output(b.node("Add", [x, x], { name: "sum" }));
  return b.finish();
}

/** A graph of one operator. */
function graphOf(op: string, dtype: "float32" | "int32" = "float32", second?: readonly number[]): Graph {
  const b = createBuilder({ name: op });
  const inputs = [b.input("x", dtype, [1, 4])];
  if (second) {
    const data = BigInt64Array.from(second, BigInt);
    inputs.push(b.initializer(lazyTensor("second", { dtype: "int64", shape: [second.length], data })));
  }
  b.output(b.node(op, inputs, { name: op }));
  return b.finish();
}

/** A graph that takes the sizes of its input and applies an operator to them. */
function ofSizes(op: "Add" | "Concat"): Graph {
  const b = createBuilder({ name: "sizes" });
  const sizes = b.node("Shape", [b.input("x", "float32", ["N", 4])], { name: "sizes" });
  b.output(
    b.node(op, [sizes, sizes], { name: op, attributes: op === "Concat" ? { axis: { type: "int", value: 0 } } : {} }),
  );
  return b.finish();
}

test("a model is run with the operators and kernels that it takes", async () => {
  expect(await needs(tinyGraph())).toEqual({ groups: [], kernels: "common" });
  expect(await needs(chainOf("MaxPool"))).toEqual({ groups: ["images"], kernels: "common" });
  expect(await needs(graphOf("Relu"))).toEqual({ groups: [], kernels: "common" });
  expect(await needs(sumOf("float32"))).toEqual({ groups: [], kernels: "common" });
  expect(await needs(graphOf("Softmax"))).toEqual({ groups: ["sequences"], kernels: "sequences" });
  expect(await needs(graphOf("Expand", "int32", [3, 4]))).toEqual({ groups: ["sequences"], kernels: "sequences" });
  expect(await needs(graphOf("Elu"))).toEqual({ groups: [], kernels: "all" });
  expect(await needs(graphOf("Sin"))).toEqual({ groups: ["all"], kernels: "all" });
});

/** A graph of operators over one image, one after the other. */
function chainOf(...ops: readonly string[]): Graph {
  const b = createBuilder({ name: "chain" });
  const window = { kernel_shape: { type: "ints", value: [1, 1] } } as const;
  const last = ops.reduce(
    (value, op, index) => b.node(op, [value], { name: `${op}.${index}`, attributes: op === "MaxPool" ? window : {} }),
    b.input("x", "float32", [1, 4, 2, 2]),
  );
  b.output(last);
  return b.finish();
}

test("transformers take no kernels of pools, also those over images; detectors take both", async () => {
  expect(await needs(chainOf("GlobalAveragePool"))).toEqual({ groups: [], kernels: "common" });
  const sequences = { groups: ["sequences"], kernels: "sequences" };
  expect(await needs(chainOf("Softmax", "GlobalAveragePool"))).toEqual(sequences);
  const both = { groups: ["images", "sequences"], kernels: "usual" };
  expect(await needs(chainOf("Softmax", "MaxPool"))).toEqual(both);
});

test("integers are computed with by all kernels, sizes among them", async () => {
  const all = { groups: ["all"], kernels: "all" };
  expect(await needs(sumOf("int32"))).toEqual(all);
  expect(await needs(ofSizes("Concat"))).toEqual({ groups: ["sequences"], kernels: "sequences" });
  expect(await needs(ofSizes("Add"))).toEqual(all);
});

test("integers that are only constants are multiplied as integers", async () => {
  const b = createBuilder({ name: "constants" });
  const data = Int32Array.of(46340, -3);
  const number = b.initializer(lazyTensor("number", { dtype: "int32", shape: [2], data }));
  b.output(b.node("Relu", [b.input("x", "float32", [1])], { name: "relu" }));
  b.output(b.node("Mul", [number, number], { name: "square" }));
  const graph = b.finish();
  expect((await needs(graph)).kernels).toBe("all");
  const session = await smyd().load(await smydBytes(graph), { threads: 1 });
  const values = await session.run({ x: { dtype: "float32", shape: [1], data: Float32Array.of(5) } });
  expect([...values.get("square")!.data]).toEqual([46340 ** 2, 9]);
  await session.dispose();
});

test("an operator is in one group, and together they are all", async () => {
  const names = [COMMON, IMAGES, PAD, SEQUENCES, RESIZE, CONV_TRANSPOSE].map((operators) => Object.keys(operators));
  const common = new Set(names[0]);
  const further = names.slice(1).flatMap((group) => group.filter((name) => !common.has(name)));
  expect(new Set(further).size).toBe(further.length);
  const rare = Object.keys(RARE).filter((name) => !common.has(name));
  expect([...common, ...further, ...rare].toSorted()).toEqual([...ALL_OPERATORS.keys()].toSorted());
  const all = await loadOperatorSet({ groups: ["all"] });
  expect(new Map(all.operators)).toEqual(new Map(ALL_OPERATORS));
});

test.each([
  ["images", IMAGES],
  ["pad", PAD],
  ["resize", RESIZE],
  ["convTranspose", CONV_TRANSPOSE],
  ["sequences", SEQUENCES],
] as const)("the group %s has the operators that it is downloaded for", (name, operators) => {
  expect(GROUPED[name]).toEqual(
    Object.keys(operators)
      .filter((op) => !Object.hasOwn(COMMON, op))
      .toSorted(),
  );
});

test("the products of a transformer may be attention, whatever else it has", async () => {
  const { operators } = await loadOperatorSet({ groups: ["images", "pad", "resize", "convTranspose", "sequences"] });
  for (const [name, operator] of Object.entries(SEQUENCES)) expect(operators.get(name)).toBe(operator);
});

test("a step or a function that is not common has no record among the common ones", () => {
  const encode = stepEncoder(COMMON_RECORDS);
  const view = { address: 0, block: 0, row: 0, element: 4 };
  const step = { kind: "rows", operator: "sum", input: view, output: view, rows: 1, inner: 1, count: 4 } as const;
  expect(() => encode(step, 4)).toThrow(/a step of the kind rows/);
  const side = { address: 0, strides: [4] };
  const power = { kind: "binary", operator: "pow", left: side, right: side, output: side, shape: [1] } as const;
  expect(() => encode({ ...power, activation: { kind: "none" } }, 4)).toThrow(/the function pow/);
});
