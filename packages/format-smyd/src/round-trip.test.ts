import {
  castArray,
  float16ArrayToFloat32,
  InternalError,
  lazyFromChunks,
  type LazyTensor,
  lazyTensor,
  memorySource,
  readTensor,
} from "@samoyed/core";
import type { Graph } from "@samoyed/ir";
import fc from "fast-check";
import { dtypeGraph } from "@samoyed/test-support/dtype-graph";
import { plainGraph } from "@samoyed/test-support/plain-graph";
import { readSmydHeader } from "@samoyed/smyd-file";
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

/** The axis of a weight's output channels. */
const outputAxis = ({ name }: Graph): 0 | 1 => (name === "matmul" || name === "gemm-transposed" ? 1 : 0);

/** A graph whose weight is made of all int8 in turn, by a scale for each output channel, or for each position of `axis`. */
function quantizedGraph(graph: Graph, { axis = outputAxis(graph) }: { readonly axis?: 0 | 1 } = {}): Graph {
  const { name, shape } = graph.initializers.get("weight")!;
  const length = shape.reduce((product, size) => product * size, 1);
  const data = Float32Array.from({ length: shape[axis]! }, (_, channel) => (channel + 1) / 97);
  const inner = shape.slice(axis + 1).reduce((product, size) => product * size, 1);
  const values = Float32Array.from(
    { length },
    (_, i) => (((i * 37) % 256) - 128) * data[Math.floor(i / inner) % data.length]!,
  );
  const scales = lazyTensor("scales", { dtype: "float32", shape: [data.length], data });
  const weight: LazyTensor = {
    ...lazyTensor(name, { dtype: "float32", shape, data: values }),
    quantized: { range: [-128, 127], scales, zeros: undefined, axis },
  };
  return { ...graph, initializers: new Map([...graph.initializers, [name, weight]]) };
}

async function storageOf(bytes: Uint8Array): Promise<string> {
  return (await readSmydHeader(memorySource(bytes))).graph.initializers.get("weight")!.storage;
}

describe("weights that are made of int8", () => {
  test("are stored as that, bit for bit, and again", async () => {
    await fc.assert(
      fc.asyncProperty(shapes, async (shaped) => {
        const graph = quantizedGraph(shaped);
        for (const weights of [undefined, "int8"] as const) {
          const bytes = await toBytes(graph, { weights });
          const { graph: back } = await fromBytes(bytes);
          expect(await storageOf(bytes)).toBe("int8");
          expect(await weightsOf(back)).toEqual(await weightsOf(graph));
          expect(await toBytes(back)).toEqual(bytes);
        }
        expect(await storageOf(await toBytes(graph, { weights: "float32" }))).toBe("float32");
      }),
    );
  });

  test("by a scale for each input channel are float32", async () => {
    const bytes = await toBytes(quantizedGraph(matrixGraph("gemm", [5, 7]), { axis: 1 }));
    expect(await storageOf(bytes)).toBe("float32");
  });

  test("that something changed are a fault of ours, and nothing is written", async () => {
    const graph = quantizedGraph(matrixGraph("gemm", [5, 7]));
    const { quantized, ...weight } = graph.initializers.get("weight")!;
    const halved = lazyFromChunks(weight, async function* () {
      yield new Uint8Array((await weightsOf(graph)).map((value) => value / 2).buffer);
    });
    const initializers = new Map([...graph.initializers, ["weight", { ...halved, ...(quantized && { quantized }) }]]);
    await expect(toBytes({ ...graph, initializers })).rejects.toThrow(InternalError);
  });
});

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
        const expected = dequantized(graph.initializers.get("weight")!, await weightsOf(graph), outputAxis(graph));
        expect(await weightsOf(back)).toEqual(expected);
      }),
    );
  });
});
