import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Tensor } from "@samoyed/core";
import { fileSink } from "@samoyed/core/node";
import { interpret } from "@samoyed/graph";
import type { Graph } from "@samoyed/ir";
import { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { numbers, weight } from "@samoyed/test-support/tensors";
import { dtypeGraph } from "@samoyed/test-support/dtype-graph";
import { difference } from "@samoyed/test-support/difference";
import { expect, test } from "vitest";
import { toBytes } from "../test/files.ts";
import { float16Graph, reshapeGraph, smallNetwork, withWeight } from "../test/graphs.ts";
import { writeOnnx } from "./index.ts";

/** Sums of at most 72 float32 products of size 1 differ by a few times 72 × 2^-24 between orders of summation. */
const TOLERANCE = { rtol: 1e-5, atol: 2e-5 };

function inputsOf(graph: Graph, batch: number): Record<string, Tensor<"float32">> {
  const entries = graph.inputs.map(({ name, shape }) => {
    const sizes = shape.map((dim) => (typeof dim === "number" ? dim : batch));
    const count = sizes.reduce((product, size) => product * size, 1);
    return [name, { dtype: "float32", shape: sizes, data: numbers(count, 42) }] as const;
  });
  return Object.fromEntries(entries);
}

async function expectSameOutputs(graph: Graph, session: InferenceSession, batch: number): Promise<void> {
  const inputs = inputsOf(graph, batch);
  const feeds = Object.entries(inputs).map(([name, { data, shape }]) => [name, new OrtTensor("float32", data, shape)]);
  const outputs = await session.run(Object.fromEntries(feeds) as Record<string, OrtTensor>);
  const expected = await interpret(graph, inputs);
  expect(Object.keys(outputs)).toEqual([...expected.keys()]);
  for (const [name, reference] of expected) {
    const actual = { dtype: reference.dtype, shape: outputs[name]!.dims, data: outputs[name]!.data } as Tensor;
    expect(difference(actual, reference, TOLERANCE)).toBeUndefined();
  }
}

const graphs: readonly (readonly [string, Graph])[] = [
  ["a small network", smallNetwork()],
  ["a small network at operator set 9", smallNetwork({ opset: 9 })],
  ["a small network at operator set 13", smallNetwork({ opset: 13 })],
  ["a small network at operator set 21", smallNetwork({ opset: 21 })],
  ["sizes and tensor attributes", reshapeGraph()],
  ["float16 weights", float16Graph()],
  ...(
    ["float32", "float64", "int64", "int32", "int16", "int8", "uint64", "uint32", "uint16", "uint8", "bool"] as const
  ).map((dtype) => [`${dtype} weights`, dtypeGraph(dtype)] as const),
];

test.each(graphs)("onnxruntime loads and runs %s, with the interpreter's outputs", async (_, graph) => {
  const session = await InferenceSession.create(await toBytes(graph));
  for (const batch of [1, 3]) await expectSameOutputs(graph, session, batch);
  await session.release();
});

test("onnxruntime finds weights in a second file", async () => {
  const folder = await mkdtemp(join(tmpdir(), "samoyed-onnx-"));
  try {
    const graph = withWeight(smallNetwork(), weight("spare", [5000]));
    const sink = await fileSink(join(folder, "model.onnx"));
    const data = await fileSink(join(folder, "model.onnx.data"));
    await writeOnnx(graph, { sink, external: { name: "model.onnx.data", sink: data } });
    await data.commit();
    await sink.commit();
    const session = await InferenceSession.create(join(folder, "model.onnx"));
    await expectSameOutputs(graph, session, 2);
    await session.release();
  } finally {
    await rm(folder, { recursive: true });
  }
});
