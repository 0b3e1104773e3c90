import { castArray, float16ArrayToFloat32, type LazyTensor, readTensor } from "@samoyed/core";
import type { Graph } from "@samoyed/ir";
import fc from "fast-check";
import { dtypeGraph } from "@samoyed/test-support/dtype-graph";
import { plainGraph } from "@samoyed/test-support/plain-graph";
import { describe, expect, test } from "vitest";
import { CONTRACT, fromBytes, toBytes } from "../test/files.ts";
import { attributeGraph, convGraph, matrixGraph, PLAIN_DTYPES, smallNetwork } from "../test/graphs.ts";

const graphs: readonly (readonly [string, Graph])[] = [
  ["a small network", smallNetwork()],
  ["attributes that JSON cannot write", attributeGraph()],
  ...PLAIN_DTYPES.map((dtype) => [`plainGraph ${dtype}`, dtypeGraph(dtype)] as const),
];

test.each(graphs)("%s comes back as it was written", async (_, graph) => {
  const { graph: back, contract } = await fromBytes(await toBytes(graph));
  expect(await plainGraph(back)).toEqual(await plainGraph(graph));
  expect(contract).toBeUndefined();
});

test("the contract survives", async () => {
  expect((await fromBytes(await toBytes(smallNetwork(), { contract: CONTRACT }))).contract).toEqual(CONTRACT);
});

const shapes = fc.oneof(
  fc
    .record({
      groups: fc.integer({ min: 1, max: 12 }),
      groupOutputs: fc.integer({ min: 1, max: 19 }),
      groupInputs: fc.integer({ min: 1, max: 5 }),
      kernel: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 2 }),
    })
    .map(({ groups, groupOutputs, groupInputs, kernel }) =>
      convGraph([groups * groupOutputs, groupInputs, ...kernel], groups),
    ),
  fc
    .tuple(
      fc.constantFrom("gemm", "gemm-transposed", "matmul"),
      fc.integer({ min: 1, max: 30 }),
      fc.integer({ min: 1, max: 30 }),
    )
    .map(([kind, rows, columns]) => matrixGraph(kind as "gemm", [rows, columns])),
);

async function weightsOf(graph: Graph): Promise<Float32Array> {
  return (await readTensor(graph.initializers.get("weight")!)).data as Float32Array;
}

/** int8 from the specification's words, one weight at a time. */
function dequantized({ shape }: LazyTensor, values: Float32Array, axis: 0 | 1): Float32Array {
  const outputs = shape[axis]!;
  const channel = (i: number): number => (axis === 0 ? Math.floor(i / (values.length / outputs)) : i % outputs);
  const largest = new Float64Array(outputs);
  for (const [i, value] of values.entries()) largest[channel(i)] = Math.max(largest[channel(i)]!, Math.abs(value));
  return values.map((value, i) => {
    const scale = largest[channel(i)] === 0 ? 1 : Math.fround(largest[channel(i)]! / 127);
    const floor = Math.floor(value / scale);
    const rest = value / scale - floor;
    const even = floor % 2 === 0 ? floor : floor + 1;
    return Math.max(-127, Math.min(127, rest === 0.5 ? even : rest < 0.5 ? floor : floor + 1)) * scale;
  });
}

describe("weights of any convolution or matrix product", () => {
  test("float32: bit for bit", async () => {
    await fc.assert(
      fc.asyncProperty(shapes, async (graph) => {
        expect(await weightsOf((await fromBytes(await toBytes(graph))).graph)).toEqual(await weightsOf(graph));
      }),
    );
  });

  test("float16: each rounded once", async () => {
    await fc.assert(
      fc.asyncProperty(shapes, async (graph) => {
        const back = (await fromBytes(await toBytes(graph, { weights: "float16" }))).graph;
        const halves = castArray(await weightsOf(graph), "float32", "float16");
        expect(await weightsOf(back)).toEqual(float16ArrayToFloat32(halves));
      }),
    );
  });

  test("int8: the integer nearest in steps of the channel's scale", async () => {
    await fc.assert(
      fc.asyncProperty(shapes, async (graph) => {
        const back = (await fromBytes(await toBytes(graph, { weights: "int8" }))).graph;
        const axis = graph.name === "matmul" || graph.name === "gemm-transposed" ? 1 : 0;
        const expected = dequantized(graph.initializers.get("weight")!, await weightsOf(graph), axis);
        expect(await weightsOf(back)).toEqual(expected);
      }),
    );
  });
});
