import { type ByteSource, type DType, type LazyTensor, memorySource } from "@samoyed/core";
import { interpret } from "@samoyed/graph";
import { type Graph, ints } from "@samoyed/ir";
import { weight } from "@samoyed/test-support/tensors";
import { plainGraph } from "@samoyed/test-support/plain-graph";
import { describe, expect, test } from "vitest";
import { fromBytes, toBytes } from "../test/files.ts";
import { smallNetwork, withWeight } from "../test/graphs.ts";
import {
  delimited,
  doubleBytes,
  floatBytes,
  integer,
  model,
  modelWithAttribute,
  modelWithTensor,
  node,
  RELU,
  value,
  varint,
} from "../test/wire.ts";
import { readOnnx, readTensorProto } from "./index.ts";

/** A source that counts what is read from it. */
function counted(source: ByteSource): ByteSource & { reads: number; bytes: number } {
  const counter = {
    byteLength: source.byteLength,
    label: source.label,
    reads: 0,
    bytes: 0,
    read: async (offset: number, length: number) => {
      counter.reads++;
      counter.bytes += length;
      return source.read(offset, length);
    },
  };
  return counter;
}

describe("weights", () => {
  const typed: readonly (readonly [DType, number, number, readonly number[]])[] = [
    ["float32", 1, 4, floatBytes(1.5, -2)],
    ["float64", 11, 10, doubleBytes(1.5, -2)],
    ["complex64", 14, 4, floatBytes(1, 2, 3, 4)],
    ["complex128", 15, 10, doubleBytes(1, 2, 3, 4)],
    ["int64", 7, 7, [...varint(2n ** 63n - 1n), ...varint(-(2n ** 63n))]],
    ["uint64", 13, 11, [...varint(2n ** 64n - 1n), 0]],
    ["uint32", 12, 11, [...varint(2 ** 32 - 1), 1]],
    ["int32", 6, 5, [...varint(-(2 ** 31)), ...varint(2 ** 31 - 1)]],
    ["int16", 5, 5, [...varint(-32_768), ...varint(32_767)]],
    ["int8", 3, 5, [...varint(-128), 127]],
    ["uint16", 4, 5, [...varint(65_535), 0]],
    ["uint8", 2, 5, [...varint(255), 0]],
    ["bool", 9, 5, [1, 0]],
    ["float16", 10, 5, [...varint(0x3c00), ...varint(0xc000)]],
    ["bfloat16", 16, 5, [...varint(0x3f80), ...varint(0xffff)]],
    ["float8_e4m3fn", 17, 5, [...varint(0x38), ...varint(0xff)]],
    ["float8_e5m2", 19, 5, [...varint(0x3c), 0]],
  ];
  const expected: Readonly<Partial<Record<DType, ArrayLike<number | bigint>>>> = {
    float32: Float32Array.of(1.5, -2),
    float64: Float64Array.of(1.5, -2),
    complex64: Float32Array.of(1, 2, 3, 4),
    complex128: Float64Array.of(1, 2, 3, 4),
    int64: BigInt64Array.of(2n ** 63n - 1n, -(2n ** 63n)),
    uint64: BigUint64Array.of(2n ** 64n - 1n, 0n),
    uint32: Uint32Array.of(2 ** 32 - 1, 1),
    int32: Int32Array.of(-(2 ** 31), 2 ** 31 - 1),
    int16: Int16Array.of(-32_768, 32_767),
    int8: Int8Array.of(-128, 127),
    uint16: Uint16Array.of(65_535, 0),
    uint8: Uint8Array.of(255, 0),
    bool: Uint8Array.of(1, 0),
    float16: Uint16Array.of(0x3c00, 0xc000),
    bfloat16: Uint16Array.of(0x3f80, 0xffff),
    float8_e4m3fn: Uint8Array.of(0x38, 0xff),
    float8_e5m2: Uint8Array.of(0x3c, 0),
  };

  test.each(typed)("%s in its typed field", async (dtype, type, field, data) => {
    const fields = [...integer(1, 2), ...integer(2, type), ...delimited(field, data)];
    const { tensor } = await readTensorProto(Uint8Array.from(fields));
    expect(tensor).toEqual({ dtype, shape: [2], data: expected[dtype] });
  });

  test("elements in one field each, as in old writers, and packed sizes", async () => {
    const ones = [3, -1, 300].flatMap((element) => integer(7, element));
    const { tensor } = await readTensorProto(Uint8Array.from([...delimited(1, [3, 1]), ...integer(2, 7), ...ones]));
    expect(tensor).toEqual({ dtype: "int64", shape: [3, 1], data: BigInt64Array.of(3n, -1n, 300n) });
    const halves = [...varint(4 * 8 + 5), ...floatBytes(1), ...delimited(4, floatBytes(2, 3))];
    const floats = await readTensorProto(Uint8Array.from([...integer(1, 3), ...integer(2, 1), ...halves]));
    expect(floats.tensor.data).toEqual(Float32Array.of(1, 2, 3));
  });

  test("integers of many lengths across many chunks", async () => {
    const count = 200_000;
    const elements = BigInt64Array.from(
      { length: count },
      (_, index) => BigInt(index) ** 3n * (index % 2 === 0 ? 1n : -1n),
    );
    const data: number[] = [];
    for (const element of elements) for (const byte of varint(element)) data.push(byte);
    const { graph } = await fromBytes(modelWithTensor([...integer(1, count), ...integer(2, 7), ...delimited(7, data)]));
    const lazy = graph.initializers.get("w")!;
    expect(Buffer.compare(await lazy.read(), new Uint8Array(elements.buffer))).toBe(0);
    let total = 0;
    for await (const chunk of lazy.chunks()) {
      expect(chunk.byteLength).toBeLessThanOrEqual(1 << 20);
      total += chunk.byteLength;
    }
    expect(total).toBe(count * 8);
  });

  test("large ones stay in the file until they are read; small ones are in memory", async () => {
    const large = weight("large", [512, 1024]);
    const graph = withWeight(smallNetwork(), large);
    const bytes = await toBytes(graph);
    const source = counted(memorySource(bytes, "model.onnx"));
    const back = (await readOnnx(source)).graph;
    expect(bytes.byteLength).toBeGreaterThan(2 ** 21);
    expect(source.bytes).toBeLessThan(100_000);
    expect(back.initializers.get("fc.bias")!.tensor).toEqual(graph.initializers.get("fc.bias")!.tensor);
    expect(back.initializers.get("large")!.tensor).toBeUndefined();
    expect(Buffer.compare(await back.initializers.get("large")!.read(), await large.read())).toBe(0);
    expect(source.bytes).toBeGreaterThan(2 ** 21);
  });

  test("the caller owns what is read, also when the source is memory", async () => {
    const bytes = await toBytes(withWeight(smallNetwork(), weight("large", [1000])));
    const before = bytes.slice();
    const { graph } = await readOnnx(memorySource(bytes));
    for (const tensor of graph.initializers.values()) (await tensor.read()).fill(0);
    expect(bytes).toEqual(before);
  });
});

describe("old and unusual models", () => {
  test("IR version 3: weights are listed as inputs", async () => {
    const fields = [
      ...delimited(1, node("Add", ["x", "w"], ["y"])),
      ...delimited(5, [...delimited(8, "w"), ...integer(1, 2), ...integer(2, 1), ...delimited(4, floatBytes(1, 2))]),
      ...delimited(11, value("w", 1, [2])),
      ...delimited(11, value("x", 1, [2])),
      ...delimited(12, value("y", 1, [2])),
    ];
    for (const ir of [3, 8]) {
      const { graph } = await fromBytes(model(fields, { ir, opset: 7 }));
      expect(graph.inputs.map(({ name }) => name)).toEqual(["x"]);
      expect([...graph.initializers.keys()]).toEqual(["w"]);
    }
  });

  test("the graph may come last, and the operator sets of unused domains do not matter", async () => {
    const ml = delimited(8, [...delimited(1, "ai.onnx.ml"), ...integer(2, 3)]);
    const bytes = [
      ...delimited(8, [...delimited(1, "ai.onnx"), ...integer(2, 12)]),
      ...ml,
      ...integer(1, 8),
      ...delimited(7, RELU),
    ];
    expect((await fromBytes(Uint8Array.from(bytes))).graph.opset).toBe(12);
  });

  test("nodes without names, and nodes with the same name, get unique names", async () => {
    const fields = [
      ...delimited(1, node("Relu", ["x"], ["a"])),
      ...delimited(1, node("Relu", ["a"], ["b"], delimited(3, "Relu_1"))),
      ...delimited(1, node("Abs", ["b"], ["c"], delimited(3, "same"))),
      ...delimited(1, node("Abs", ["c"], ["d"], delimited(3, "same"))),
      ...delimited(1, node("Relu", ["d"], ["y"])),
      ...RELU.slice(delimited(1, node("Relu", ["x"], ["y"])).length),
    ];
    const { graph } = await fromBytes(model(fields));
    expect(graph.nodes.map(({ name }) => name)).toEqual(["Relu_2", "Relu_1", "same", "Abs_1", "Relu_3"]);
  });

  test("sizes without a number or a name get a name", async () => {
    const unknown = [
      ...integer(1, 1),
      ...delimited(2, [...delimited(1, []), ...delimited(1, integer(1, 2)), ...delimited(1, delimited(2, ""))]),
    ];
    const x = [...delimited(1, "x"), ...delimited(2, delimited(1, unknown))];
    const { graph } = await fromBytes(
      model([
        ...delimited(1, node("Relu", ["x"], ["y"])),
        ...delimited(11, x),
        ...delimited(12, value("y", 1, ["a", 2, "b"])),
      ]),
    );
    expect(graph.inputs[0]!.shape).toEqual(["x.0", 2, "x.2"]);
  });

  test("an output without a shape gets the inferred one, and is refused if there is none", async () => {
    const y = [...delimited(1, "y"), ...delimited(2, delimited(1, integer(1, 1)))];
    const x = delimited(11, value("x", 1, ["N", 3]));
    const { graph } = await fromBytes(model([...delimited(1, node("Relu", ["x"], ["y"])), ...x, ...delimited(12, y)]));
    expect(graph.outputs).toEqual([{ name: "y", dtype: "float32", shape: ["N", 3] }]);
    const unknown = model([...delimited(1, node("NoSuchOperator", ["x"], ["y"])), ...x, ...delimited(12, y)]);
    await expect(fromBytes(unknown)).rejects.toMatchObject({ code: "unsupported" });
  });

  test("an unknown operator is still read", async () => {
    const fields = [
      ...delimited(1, node("NoSuchOperator", ["x"], ["y"])),
      ...delimited(11, value("x", 1, [2])),
      ...delimited(12, value("y", 1, [2])),
    ];
    expect((await fromBytes(model(fields))).graph.nodes[0]!.op).toBe("NoSuchOperator");
  });

  test("attributes without a type, from before types existed; empty lists, known only by their type", async () => {
    const read = async (fields: readonly number[]): Promise<unknown> =>
      (await fromBytes(modelWithAttribute(fields))).graph.nodes[0]!.attributes["a"];
    expect(await read(integer(3, -5))).toEqual({ type: "int", value: -5 });
    expect(await read([...integer(8, 1), ...integer(8, -1)])).toEqual({ type: "ints", value: [1, -1] });
    expect(await read([...delimited(8, [1, 2]), ...integer(20, 7)])).toEqual({ type: "ints", value: [1, 2] });
    expect(await read([...delimited(7, floatBytes(0.5)), ...integer(20, 6)])).toEqual({ type: "floats", value: [0.5] });
    expect(await read(integer(20, 7))).toEqual({ type: "ints", value: [] });
    expect(await read(integer(20, 8))).toEqual({ type: "strings", value: [] });
  });

  test("integers that a double cannot represent, where a number can express their meaning", async () => {
    const most = 2n ** 63n - 1n;
    const attribute = (name: string, ...fields: (readonly number[])[]): number[] =>
      delimited(5, [...delimited(1, name), ...fields.flat()]);
    const read = async (outputs: readonly number[], ...nodes: number[][]): Promise<Graph> => {
      const fields = [...nodes.flatMap((bytes) => delimited(1, bytes)), ...delimited(11, value("x", 1, [3, 4]))];
      return (await fromBytes(model([...fields, ...outputs], { opset: 9 }))).graph;
    };
    const starts = attribute("starts", integer(8, 1), integer(8, -most - 1n), integer(20, 7));
    const ends = attribute("ends", delimited(8, [...varint(most), ...varint(most)]), integer(20, 7));
    const sliced = await read(delimited(12, value("y", 1, [2, 4])), node("Slice", ["x"], ["y"], starts, ends));
    const farthest = Number.MAX_SAFE_INTEGER;
    expect(sliced.nodes[0]!.attributes).toEqual({ starts: ints([1, -farthest]), ends: ints([farthest, farthest]) });
    const data = Float32Array.from({ length: 12 }, (_, index) => index);
    const found = await interpret(sliced, { x: { dtype: "float32", shape: [3, 4], data } });
    expect(found.get("y")).toEqual({ dtype: "float32", shape: [2, 4], data: data.subarray(4) });

    const constant = node(
      "Constant",
      [],
      ["c"],
      attribute("value_ints", integer(8, most), integer(8, 2), integer(20, 7)),
    );
    const scalar = node("Constant", [], ["d"], attribute("value_int", integer(3, -most - 1n), integer(20, 2)));
    const outputs = [...delimited(12, value("c", 7, [2])), ...delimited(12, value("d", 7, []))];
    const graph = await read(outputs, constant, scalar);
    const tensors = graph.nodes.map(({ attributes }) => (attributes["value"]?.value as LazyTensor).tensor);
    expect(tensors).toEqual([
      { dtype: "int64", shape: [2], data: BigInt64Array.of(most, 2n) },
      { dtype: "int64", shape: [], data: BigInt64Array.of(-most - 1n) },
    ]);
    expect(await plainGraph((await fromBytes(await toBytes(graph))).graph)).toEqual(await plainGraph(graph));
  });

  test("sizes called ? or None are unknown, each on its own", async () => {
    const symbol = (name: string): number[] => delimited(1, delimited(2, name));
    const typed = (name: string): number[] => {
      const shape = delimited(2, ["?", "?", "None", "None", "N", "N"].flatMap(symbol));
      return [...delimited(1, name), ...delimited(2, delimited(1, [...integer(1, 1), ...shape]))];
    };
    const fields = [
      ...delimited(1, node("Relu", ["x"], ["y"])),
      ...delimited(11, typed("x")),
      ...delimited(12, typed("y")),
    ];
    const { graph } = await fromBytes(model(fields));
    expect(graph.inputs[0]!.shape).toEqual(["x.0", "x.1", "x.2", "x.3", "N", "N"]);
    expect(new Set(graph.outputs[0]!.shape).size).toBe(5);
  });

  test("an input's size of -1 is unknown, like one without a number", async () => {
    const fields = [
      ...delimited(1, node("Relu", ["x"], ["y"])),
      ...delimited(11, value("x", 1, [-1, 3])),
      ...delimited(12, value("y", 1, [-1, 3])),
    ];
    const { graph } = await fromBytes(model(fields));
    expect(graph.inputs).toEqual([{ name: "x", dtype: "float32", shape: ["x.0", 3] }]);
  });

  test("a declaration of an intermediate value without a shape is left to inference", async () => {
    const declared = delimited(13, [...delimited(1, "a"), ...delimited(2, delimited(1, integer(1, 1)))]);
    const fields = [
      ...delimited(1, node("Relu", ["x"], ["a"])),
      ...delimited(1, node("Relu", ["a"], ["y"])),
      ...delimited(11, value("x", 1, [2])),
      ...delimited(12, value("y", 1, [2])),
      ...declared,
    ];
    expect((await fromBytes(model(fields))).graph.values.size).toBe(0);
  });

  test("nodes and weights that no output needs are dropped", async () => {
    const w = delimited(5, [...delimited(8, "w"), ...integer(1, 1), ...integer(2, 1), ...delimited(9, floatBytes(1))]);
    const z = delimited(13, value("z", 1, [1]));
    const dead = [...delimited(1, node("Abs", ["w"], ["z"])), ...delimited(1, node("Abs", ["z"], ["zz"]))];
    const { graph } = await fromBytes(model([...dead, ...w, ...z, ...RELU]));
    expect(await plainGraph(graph)).toEqual(await plainGraph((await fromBytes(model(RELU))).graph));
  });
});
