import { lazyTensor, type Tensor } from "@samoyed/core";
import { canonicalize, createBuilder, type GraphBuilder, interpret } from "@samoyed/graph";
import { float, type Graph, ints } from "@samoyed/ir";
import { wave } from "@samoyed/test-support/tensors";
import { expect, test } from "vitest";
import type { Step } from "../src/plan/steps.ts";
import { runPlanned } from "./run-plan.ts";

const SHAPE = [1, 8, 5, 6];

function scalar(b: GraphBuilder, name: string, value: number): string {
  return b.initializer(lazyTensor(name, { dtype: "float32", shape: [], data: Float32Array.of(value) }));
}

function conv(b: GraphBuilder, x: string, name: string, kernel = 1): string {
  const weight = b.initializer(lazyTensor(`${name}.weight`, wave([8, 8, kernel, kernel], name.length)));
  const pad = (kernel - 1) / 2;
  return b.node("Conv", [x, weight], { name, attributes: { pads: ints([pad, pad, pad, pad]) } });
}

function network(build: (b: GraphBuilder, x: string) => string): Graph {
  const b = createBuilder({ name: "fusion" });
  b.output(build(b, b.input("x", "float32", SHAPE)));
  return b.finish();
}

/** Plans and runs a network, holds it against the interpreter, and tells its steps after the door, where the image is copied. */
async function stepsOf(graph: Graph, taps: readonly string[] = []): Promise<readonly Step[]> {
  const inputs = { x: wave(SHAPE) };
  const { plan, values } = await runPlanned(graph, inputs, { taps });
  for (const [name, wanted] of await interpret(graph, inputs, { taps })) {
    const found = values.get(name)!.data;
    for (const [index, value] of found.entries()) expect(value).toBeCloseTo(Number(wanted.data[index]), 4);
  }
  return plan.steps.slice(plan.steps.findIndex(({ kind }) => kind === "copy" || kind === "mean") + 1);
}

const kinds = (steps: readonly Step[]): string[] =>
  steps.map((step) =>
    "activation" in step && step.activation.kind !== "none" ? `${step.kind} ${step.activation.kind}` : step.kind,
  );

test("an addition and an activation become part of the later convolution", async () => {
  const graph = network((b, x) => {
    const first = conv(b, x, "one");
    return b.node("Relu", [b.node("Add", [first, conv(b, x, "second")], { name: "sum" })], { name: "y" });
  });
  const steps = await stepsOf(graph);
  expect(kinds(steps)).toEqual(["conv", "conv relu", "copy"]);
  expect(steps.map((step) => step.kind === "conv" && step.residual !== undefined)).toEqual([false, true, false]);
});

test("a convolution waits for what it adds where the other operand is made later", async () => {
  const graph = network((b, x) => {
    const first = conv(b, x, "one");
    const other = b.node("Sigmoid", [conv(b, x, "second")], { name: "other" });
    return b.node("Add", [first, other], { name: "y" });
  });
  const steps = await stepsOf(graph);
  expect(kinds(steps)).toEqual(["conv sigmoid", "conv", "copy"]);
  expect(steps[1]).toMatchObject({ residual: expect.anything() });
});

test("what is tapped is not fused away, and everything around it stays right", async () => {
  const graph = network((b, x) => {
    const one = conv(b, x, "one", 3);
    const sum = b.node("Add", [one, x], { name: "sum" });
    return b.node("Relu", [sum], { name: "y" });
  });
  expect(kinds(await stepsOf(graph))).toEqual(["conv relu", "copy"]);
  expect(kinds(await stepsOf(graph, ["sum"]))).toEqual(["conv", "copy", "copy relu", "copy"]);
  expect(kinds(await stepsOf(graph, ["one"]))).toEqual(["conv", "copy", "binary relu", "copy"]);
  await stepsOf(graph, ["one", "sum", "x"]);
});

test("HardSwish as the canonical form spells it becomes one activation, and nothing like it", async () => {
  const swish = (alpha: number): Graph =>
    network((b, x) => {
      const y = conv(b, x, "one");
      const gate = b.node("HardSigmoid", [y], { name: "gate", attributes: { alpha: float(alpha), beta: float(0.5) } });
      return b.node("Mul", [y, gate], { name: "y" });
    });
  expect(kinds(await stepsOf(swish(1 / 6)))).toEqual(["conv hard-swish", "copy"]);
  expect(kinds(await stepsOf(swish(0.2)))).not.toContain("conv hard-swish");
  const own = canonicalize(network((b, x) => b.node("HardSwish", [conv(b, x, "one")], { name: "y" }))).graph;
  expect(kinds(await stepsOf(own))).toEqual(["conv hard-swish", "copy"]);
});

test("SiLU and GELU that are spelled out become one activation", async () => {
  const silu = network((b, x) => {
    const y = conv(b, x, "one");
    return b.node("Mul", [b.node("Sigmoid", [y], { name: "gate" }), y], { name: "y" });
  });
  expect(kinds(await stepsOf(silu))).toEqual(["conv silu", "copy"]);
  expect(kinds(await stepsOf(silu, ["gate"]))).toEqual(["conv", "copy sigmoid", "copy", "binary", "copy"]);
  const gelu = (half: number): Graph =>
    network((b, x) => {
      const y = conv(b, x, "one");
      const erf = b.node("Erf", [b.node("Mul", [scalar(b, "root", Math.SQRT1_2), y], { name: "scaled" })], {
        name: "erf",
      });
      const gate = b.node("Add", [erf, scalar(b, "one.0", 1)], { name: "gate" });
      return b.node("Mul", [gate, b.node("Mul", [y, scalar(b, "half", half)], { name: "h" })], { name: "y" });
    });
  expect(kinds(await stepsOf(gelu(0.5)))).toEqual(["conv gelu", "copy"]);
  expect(kinds(await stepsOf(gelu(0.25)))).not.toContain("conv gelu");
});

test("a value that is used twice keeps its activation apart", async () => {
  const graph = network((b, x) => {
    const one = conv(b, x, "one");
    return b.node("Mul", [b.node("Relu", [one], { name: "relu" }), one], { name: "y" });
  });
  expect(kinds(await stepsOf(graph))).toEqual(["conv", "copy relu", "binary", "copy"]);
});

test("additions that broadcast stay additions", async () => {
  const graph = network((b, x) => {
    const shift = b.initializer(lazyTensor("shift", wave([8, 1, 1], 4)));
    return b.node("Add", [conv(b, x, "one"), shift], { name: "y" });
  });
  expect(kinds(await stepsOf(graph))).toEqual(["conv", "binary", "copy"]);
});

test("Identity and Flatten of one pixel cost nothing; an output may be an input or a constant", async () => {
  const b = createBuilder({ name: "names" });
  const x = b.input("x", "float32", SHAPE);
  const constant: Tensor = wave([2, 2], 3);
  const same = b.node("Identity", [x], { name: "same" });
  const pool = b.node("GlobalAveragePool", [same], { name: "pool" });
  b.output(b.node("Flatten", [pool], { name: "flat" }));
  b.output(same);
  b.output(b.node("Identity", [b.initializer(lazyTensor("c", constant))], { name: "constant" }));
  const graph = b.finish();
  expect(kinds(await stepsOf(graph, ["pool", "same"]))).toEqual(["mean"]);
});

test("PyTorch's approximate GELU and Mish are one activation, also behind a convolution", async () => {
  const gelu = (b: GraphBuilder, x: string): string => {
    const cube = b.node("Mul", [b.node("Mul", [x, x]), x]);
    const sum = b.node("Add", [x, b.node("Mul", [cube, scalar(b, "c3", 0.044715)])]);
    const tanh = b.node("Tanh", [b.node("Mul", [sum, scalar(b, "c1", Math.sqrt(2 / Math.PI))])]);
    const half = b.node("Mul", [x, scalar(b, "half", 0.5)]);
    return b.node("Mul", [half, b.node("Add", [tanh, scalar(b, "one", 1)])]);
  };
  const mish = (b: GraphBuilder, x: string): string => b.node("Mul", [x, b.node("Tanh", [b.node("Softplus", [x])])]);
  expect(kinds(await stepsOf(network((b, x) => gelu(b, conv(b, x, "c")))))).toContain("conv gelu-tanh");
  expect(kinds(await stepsOf(network((b, x) => mish(b, conv(b, x, "c")))))).toContain("conv mish");
  // Another factor is another function.
  const other = network((b, x) => b.node("Mul", [x, b.node("Tanh", [b.node("Softplus", [b.node("Relu", [x])])])]));
  expect(kinds(await stepsOf(other)).filter((kind) => kind.includes("mish"))).toEqual([]);
});
