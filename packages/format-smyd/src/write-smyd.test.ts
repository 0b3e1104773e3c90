import {
  AbortedError,
  lazyFromChunks,
  type LazyTensor,
  lazyTensor,
  memorySink,
  readTensor,
  ShapeError,
} from "@samoyed/core";
import { createBuilder, foldConstants, rewriteGraph } from "@samoyed/graph";
import type { Graph } from "@samoyed/ir";
import { createXxh64 } from "@samoyed/smyd-file";
import { weight } from "@samoyed/test-support/tensors";
import { plainGraph } from "@samoyed/test-support/plain-graph";
import { describe, expect, test } from "vitest";
import { CONTRACT, dataOf, fromBytes, headerOf, toBytes } from "../test/files.ts";
import { convGraph, matrixGraph, smallNetwork } from "../test/graphs.ts";
import { writeSmyd } from "./index.ts";

/** A graph with one weight replaced. */
function withTensor(graph: Graph, tensor: LazyTensor): Graph {
  return { ...graph, initializers: new Map([...graph.initializers, [tensor.name, tensor]]) };
}

/** The same tensor in pieces of other sizes. */
function inPieces(tensor: LazyTensor, size: number): LazyTensor {
  return lazyFromChunks(tensor, async function* chunks() {
    const bytes = await tensor.read();
    for (let start = 0; start < bytes.byteLength; start += size) yield bytes.subarray(start, start + size);
  });
}

describe("the file", () => {
  test.each(["float32", "float16", "int8"] as const)("%s: aligned, without holes, hashed", async (weights) => {
    const bytes = await toBytes(smallNetwork(), { contract: CONTRACT, weights });
    const { __metadata__: metadata, ...tensors } = headerOf(bytes);
    const data = dataOf(bytes);
    expect(metadata["format"]).toBe("smyd");
    expect(metadata["version"]).toBe("2");
    expect((bytes.byteLength - data.byteLength) % 64).toBe(0);
    const list = Object.entries(tensors).toSorted(([, a], [, b]) => a.data_offsets[0] - b.data_offsets[0]);
    let position = 0;
    const hashes: bigint[] = [];
    for (const [
      name,
      {
        data_offsets: [begin, end],
      },
    ] of list) {
      expect(begin).toBe(position);
      position = end;
      if (name.startsWith("__pad.")) {
        expect([...data.subarray(begin, end)].every((byte) => byte === 0)).toBe(true);
        continue;
      }
      expect(begin % 64, name).toBe(0);
      const hash = createXxh64();
      hash.update(data.subarray(begin, end));
      hashes.push(hash.digest());
    }
    expect(position).toBe(data.byteLength);
    expect(list.at(-1)![0]).toBe("__hashes__");
    hashes.pop();
    expect([...new BigUint64Array(data.slice(tensors["__hashes__"]!.data_offsets[0]).buffer)]).toEqual(hashes);
  });

  test("layouts and storage of each kind of weight", async () => {
    const { __metadata__: metadata, ...tensors } = headerOf(await toBytes(smallNetwork(), { weights: "int8" }));
    const { weights } = JSON.parse(metadata["graph"]!) as { weights: { name: string; layout: string }[] };
    expect(
      weights.map(
        ({ name, layout }) => `${name} ${layout} ${tensors[name]!.dtype} [${tensors[name]!.shape.join(",")}]`,
      ),
    ).toEqual([
      "stem.weight panel8 I8 [3,27,8]",
      "stem.bias plain F32 [20]",
      // Ten groups of two channels: two share a panel; four, which would fill it, do not divide ten.
      "grouped.weight panel8 I8 [5,36,8]",
      "grouped.bias plain F32 [20]",
      "depthwise.weight depthwise I8 [9,24]",
      "depthwise.bias plain F32 [20]",
      "gain plain F32 [1,20,1,1]",
      "sizes plain I64 [2]",
      "hidden.weight panel8-transposed I8 [2,20,8]",
      "fc.weight panel8 I8 [1,11,8]",
      "fc.bias plain F32 [5]",
    ]);
    expect(tensors["hidden.weight.scale"]).toMatchObject({ dtype: "F32", shape: [11] });
  });

  test("the same graph gives the same bytes, however its weights come", async () => {
    const whole = await toBytes(smallNetwork(), { contract: CONTRACT });
    for (const size of [4, 7, 100, 5000]) {
      const graph = smallNetwork();
      const initializers = new Map(Array.from(graph.initializers, ([name, tensor]) => [name, inPieces(tensor, size)]));
      // Shape inference has run; the writer needs no weight in memory.
      expect(await toBytes({ ...graph, initializers }, { contract: CONTRACT })).toEqual(whole);
    }
  });

  test("another hash of the source changes its 64 digits and nothing else", async () => {
    const sha256 = "f".repeat(64);
    const one = await toBytes(smallNetwork(), { contract: CONTRACT });
    const other = await toBytes(smallNetwork(), { contract: { ...CONTRACT, source: { name: "small.pth", sha256 } } });
    const changed = [...other].filter((byte, i) => byte !== one[i]).length;
    expect(other.byteLength).toBe(one.byteLength);
    expect(changed).toBe(60);
    const { sourceHashOffset } = await writeSmyd(smallNetwork(), { sink: memorySink(), contract: CONTRACT });
    one.set(new TextEncoder().encode(sha256), sourceHashOffset!);
    expect(one).toEqual(other);
    expect((await fromBytes(one)).contract!.source!.sha256).toBe(sha256);
  });

  test("a source that is named after its hash, which becomes known after the file was written", async () => {
    const sha256 = "f".repeat(64);
    const unknown = { ...CONTRACT, source: { name: `${sha256}.pth`, sha256: "0".repeat(64) } };
    const bytes = await toBytes(smallNetwork(), { contract: unknown });
    const { sourceHashOffset } = await writeSmyd(smallNetwork(), { sink: memorySink(), contract: unknown });
    bytes.set(new TextEncoder().encode(sha256), sourceHashOffset!);
    expect((await fromBytes(bytes)).contract!.source).toEqual({ name: `${sha256}.pth`, sha256 });
  });

  test("without a source no place of its hash is reported", async () => {
    const { source, ...contract } = CONTRACT;
    expect(source).toBeDefined();
    for (const options of [{}, { contract }]) {
      expect(await writeSmyd(smallNetwork(), { sink: memorySink(), ...options })).toEqual({
        sourceHashOffset: undefined,
      });
    }
  });
});

test("a matrix that is the transpose of a weight is packed as if it were in memory", async () => {
  for (const shape of [
    [11, 20],
    [8, 1],
    [1, 9],
  ] as const) {
    const builder = createBuilder({ name: "linear" });
    const turned = builder.node("Transpose", [builder.initializer(inPieces(weight("w", shape), 52))]);
    const input = builder.input("input", "float32", ["N", shape[1]]);
    builder.output(builder.node("MatMul", [input, turned]));
    const { graph } = rewriteGraph(builder.finish(), [foldConstants]);
    const [matrix] = graph.initializers.values();
    for (const weights of ["float32", "float16", "int8"] as const) {
      const expected = await toBytes(withTensor(graph, lazyTensor(matrix!.name, await readTensor(matrix!))), {
        weights,
      });
      expect(await toBytes(graph, { weights })).toEqual(expected);
    }
  }
});

describe("which layout", () => {
  const layoutOf = async (graph: Graph): Promise<string> => {
    const { weights } = JSON.parse(headerOf(await toBytes(graph)).__metadata__["graph"]!) as {
      weights: { layout: string }[];
    };
    return weights[0]!.layout;
  };

  test("a weight that is also an output, or used in two ways, is plain", async () => {
    const graph = convGraph([8, 3, 3, 3], 1);
    expect(await layoutOf(graph)).toBe("panel8");
    expect(
      await layoutOf({
        ...graph,
        outputs: [...graph.outputs, { name: "weight", dtype: "float32", shape: [8, 3, 3, 3] }],
      }),
    ).toBe("plain");
    const matrix = matrixGraph("matmul", [6, 6]);
    const gemm = { ...matrix.nodes[0]!, name: "again", op: "Gemm", outputs: ["again"] };
    const twice = (attributes: typeof gemm.attributes): Graph => ({
      ...matrix,
      nodes: [...matrix.nodes, { ...gemm, attributes }],
      outputs: [...matrix.outputs, { name: "again", dtype: "float32", shape: ["N", 6] }],
    });
    expect(await layoutOf(twice({}))).toBe("panel8-transposed");
    expect(await layoutOf(twice({ transB: { type: "int", value: 1 } }))).toBe("plain");
  });

  test("three-dimensional convolutions stay as ONNX has them", async () => {
    expect(await layoutOf(convGraph([4, 2, 3, 3, 3], 1))).toBe("plain");
  });
});

test("names that safetensors and the format keep for themselves", async () => {
  const names = ["__metadata__", "__hashes__", "__pad.0", "__proto__", "7", "weight.scale", "weight"];
  const base = convGraph([8, 3, 3, 3], 1);
  const initializers = new Map(
    [...names.slice(0, -1).map((name, i) => weight(name, [3], { seed: i })), ...base.initializers.values()].map(
      (tensor) => [tensor.name, tensor],
    ),
  );
  const graph: Graph = {
    ...base,
    initializers,
    nodes: [
      ...base.nodes,
      ...names
        .slice(0, -1)
        .map((name) => ({ name: `n${name}`, op: "Identity", inputs: [name], outputs: [`o${name}`], attributes: {} })),
    ],
    outputs: [
      ...base.outputs,
      ...names.slice(0, -1).map((name) => ({ name: `o${name}`, dtype: "float32" as const, shape: [3] })),
    ],
  };
  expect(await plainGraph((await fromBytes(await toBytes(graph))).graph)).toEqual(await plainGraph(graph));
  await fromBytes(await toBytes(graph, { weights: "int8" }));
});

describe("refusals", () => {
  const graph = convGraph([8, 3, 3, 3], 1);

  test("a contract that names other ports", async () => {
    const sink = memorySink();
    const contract = { ...CONTRACT, taps: ["layer9"] };
    await expect(writeSmyd(smallNetwork(), { sink, contract })).rejects.toThrow(
      'the contract names "layer9"; the graph has no such input or output',
    );
    expect(sink.position).toBe(0);
  });

  test.each([
    ["fewer", 7 * 27],
    ["more", 9 * 27],
  ])("a weight that yields %s bytes than its shape has", async (_, count) => {
    const tensor = lazyFromChunks({ name: "weight", dtype: "float32", shape: [8, 3, 3, 3] }, async function* chunks() {
      yield new Uint8Array(count * 4);
    });
    await expect(toBytes(withTensor(graph, tensor))).rejects.toThrow(ShapeError);
    const plainGraph = smallNetwork();
    const bias = lazyFromChunks({ name: "stem.bias", dtype: "float32", shape: [20] }, async function* chunks() {
      yield new Uint8Array(count);
    });
    await expect(toBytes(withTensor(plainGraph, bias))).rejects.toThrow(
      /"stem.bias" float32 \[20\]: (?:189|80 or more|243).* bytes received; expected 80/,
    );
  });

  test.each([
    ["float16", 70_000, 'weight "weight" contains 70000, beyond float16\'s largest, 65504'],
    ["int8", Number.NaN, 'weight "weight" holds NaN, which int8 cannot'],
    ["int8", Number.NEGATIVE_INFINITY, 'weight "weight" holds -Infinity, which int8 cannot'],
  ] as const)("%s of %s", async (weights, value, message) => {
    const data = new Float32Array(8 * 27);
    data[30] = value;
    const tensor = lazyTensor("weight", { dtype: "float32", shape: [8, 3, 3, 3], data });
    await expect(toBytes(withTensor(graph, tensor), { weights })).rejects.toThrow(message);
    await toBytes(withTensor(graph, tensor));
  });

  test("half a surrogate pair", async () => {
    await expect(toBytes({ ...graph, name: "a\ud800" })).rejects.toThrow("contains half of a surrogate pair");
  });

  test("more nodes than the format allows: before anything is written", async () => {
    const sink = memorySink();
    const many = { ...graph, nodes: Array.from({ length: 65_537 }, (_, i) => ({ ...graph.nodes[0]!, name: `n${i}` })) };
    await expect(writeSmyd(many, { sink })).rejects.toThrow('"nodes" has 65537 items; expected at most 65536');
    expect(sink.position).toBe(0);
  });

  test("an abort", async () => {
    await expect(toBytes(graph, { signal: AbortSignal.abort() })).rejects.toThrow(AbortedError);
  });
});
