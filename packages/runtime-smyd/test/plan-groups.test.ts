import { lazyTensor, memorySource } from "@samoyed/core";
import { createBuilder } from "@samoyed/graph";
import type { Graph } from "@samoyed/ir";
import { readSmydHeader } from "@samoyed/smyd-file";
import { expect, test } from "vitest";
import type { Operators } from "../src/plan/operator.ts";
import { ALL_OPERATORS } from "../src/plan/operators/all.ts";
import { COMMON } from "../src/plan/operators/common.ts";
import { type Plan, planProgram } from "../src/plan/plan.ts";
import { smydBytes } from "./models.ts";
import { DATA_ADDRESS } from "./run-plan.ts";

const SHAPE = [1, 8, 4, 4];

/** All arithmetic, on images and with broadcasting; bounds that are computed, both and either. */
function arithmetic(): Graph {
  const b = createBuilder({ name: "arithmetic" });
  const x = b.input("x", "float32", SHAPE);
  const y = b.input("y", "float32", SHAPE);
  const scalar = b.initializer(lazyTensor("half", { dtype: "float32", shape: [], data: Float32Array.of(0.5) }));
  const turned = b.node("Transpose", [y], { attributes: { perm: { type: "ints", value: [0, 1, 3, 2] } } });
  const bound = b.node("Mul", [b.input("s", "float32", []), scalar]);
  for (const op of ["Add", "Sub", "Mul", "Div", "Min", "Max"]) {
    b.output(b.node("Relu", [b.node(op, [x, turned])], { name: `${op}.two` }));
    b.output(b.node(op, [turned, scalar], { name: `${op}.one` }));
  }
  b.output(b.node("Clip", [x, bound, b.node("Add", [bound, scalar])], { name: "both" }));
  b.output(b.node("Clip", [turned, bound], { name: "low" }));
  b.output(b.node("Clip", [x, "", bound], { name: "high" }));
  return b.finish();
}

async function planOf(graph: Graph, operators: Operators): Promise<Plan> {
  const bytes = await smydBytes(graph);
  const file = await readSmydHeader(memorySource(bytes, "test"));
  const inputs = new Map(file.graph.inputs.map(({ name, shape }) => [name, shape as readonly number[]]));
  return planProgram(
    { ...file, data: bytes.subarray(file.dataOffset) },
    { inputs, batched: new Set(), operators, dataAddress: DATA_ADDRESS, address: 8192 },
  );
}

test("floats are computed with alike by the common operators and by those that know integers", async () => {
  const graph = arithmetic();
  const plan = await planOf(graph, new Map(Object.entries(COMMON)));
  expect(plan.steps.length).toBeGreaterThan(12);
  expect(plan).toEqual(await planOf(graph, ALL_OPERATORS));
});

test("integers are refused by the common operators, which do not know them", async () => {
  const b = createBuilder({ name: "integers" });
  const x = b.input("x", "int32", [4]);
  b.output(b.node("Add", [x, x], { name: "sum" }));
  const planned = planOf(b.finish(), new Map(Object.entries(COMMON)));
  await expect(planned).rejects.toThrow('node "sum" (Add) computes with int32; only float32 is planned');
});
