import { lazyTensor, ShapeError, UnsupportedError, UsageError } from "@samoyed/core";
import { noise } from "@samoyed/test-support/tensors";
import { describe, expect, test } from "vitest";
import { floats32, int64, runNode, ulps } from "../test/helpers.ts";
import { createBuilder, interpret, INTERPRETED_OPERATORS } from "./index.ts";
import { type Graph, int, OPERATOR_RULES } from "@samoyed/ir";

function network(): Graph {
  const b = createBuilder({ name: "net" });
  const x = b.input("x", "float32", ["N", 2]);
  const z = b.input("z", "float32", ["N", 1]);
  const sum = b.node("Add", [x, z], { name: "sum" });
  const w = b.initializer(lazyTensor("w", floats32([1], [10])));
  b.output(b.node("Mul", [b.node("Relu", [sum], { name: "relu" }), w], { name: "y" }));
  return b.finish();
}

const x = floats32([2, 2], [1, -2, 3, -4]);
const z = floats32([2, 1], [1, 2]);

describe("interpret", () => {
  test("gives outputs first, then the taps asked for", async () => {
    const values = await interpret(network(), { x, z }, { taps: ["sum", "w"] });
    expect([...values]).toEqual([
      ["y", floats32([2, 2], [20, 0, 50, 0])],
      ["sum", floats32([2, 2], [2, -1, 5, -2])],
      ["w", floats32([1], [10])],
    ]);
  });

  test("refuses inputs that do not fit, by name", async () => {
    const graph = network();
    await expect(interpret(graph, { x })).rejects.toThrow('input "z" is missing; expected float32[N, 1]');
    await expect(interpret(graph, { x, z, q: x })).rejects.toThrow('graph "net" has no input "q"');
    // Broadcasting would take it; but N is 2 already.
    const other = interpret(graph, { x, z: floats32([1, 1], [1]) });
    await expect(other).rejects.toThrow('input "z" is float32[1, 1] with 1 elements; expected float32[N, 1]');
    await expect(other).rejects.toThrow(ShapeError);
    await expect(interpret(graph, { x: int64([1, 2, 3, 4], [2, 2]), z })).rejects.toThrow('input "x" is int64[2, 2]');
    await expect(interpret(graph, { x: { ...x, data: new Float32Array(3) }, z })).rejects.toThrow("with 3 elements");
    await expect(interpret(graph, { x, z }, { taps: ["q"] })).rejects.toThrow(UsageError);
  });

  test("stops when it is aborted", async () => {
    await expect(interpret(network(), { x, z }, { signal: AbortSignal.abort() })).rejects.toThrow(/abort/);
  });

  test("refuses a value that would not fit in memory, before allocating it", async () => {
    const b = createBuilder({ name: "net" });
    b.output(
      b.node("Expand", [b.input("x", "float32", [1]), b.initializer(lazyTensor("s", int64([2 ** 20, 2 ** 20])))]),
    );
    const result = interpret(b.finish(), { x: floats32([1], [1]) });
    await expect(result).rejects.toThrow(UnsupportedError);
    await expect(result).rejects.toThrow(
      /shape \[1048576, 1048576\]; the interpreter takes at most 134217728 elements/,
    );
  });

  test("knows every operator that has a rule, and no other", () => {
    expect(INTERPRETED_OPERATORS).toEqual([...OPERATOR_RULES.keys()].sort());
    expect(INTERPRETED_OPERATORS).toContain("Conv");
  });
});

describe("arithmetic", () => {
  test("a float32 result is the exact sum rounded once: small terms are not lost one by one", async () => {
    const terms = 4096;
    const [sum] = await runNode({
      op: "ReduceSum",
      inputs: [floats32([1 + terms], [1, ...new Array<number>(terms).fill(2 ** -25)])],
    });
    expect(sum!.data[0]).toBe(1 + terms * 2 ** -25);
    expect(ulps(Math.fround(1 + 2 ** -25), 1)).toBe(0);
  });

  test("NaN and the infinities go through", async () => {
    const odd = floats32([5], [NaN, Infinity, -Infinity, -0, 1]);
    const [relu] = await runNode({ op: "Relu", inputs: [odd] });
    expect([...relu!.data]).toEqual([NaN, Infinity, 0, 0, 1]);
    const [pool] = await runNode({ op: "GlobalMaxPool", inputs: [floats32([1, 1, 2], [NaN, 1])] });
    expect(pool!.data[0]).toBeNaN();
    const [equal] = await runNode({ op: "Equal", inputs: [odd, odd] });
    expect([...equal!.data]).toEqual([0, 1, 1, 1, 1]);
    const [softmax] = await runNode({ op: "Softmax", inputs: [floats32([2], [1000, 0])] });
    expect([...softmax!.data]).toEqual([1, 0]);
  });

  test("integers stay exact or are refused", async () => {
    const big = int64([2 ** 53 - 1, -7]);
    const [sum] = await runNode({ op: "Div", inputs: [big, int64([2, 2])] });
    expect([...sum!.data]).toEqual([4503599627370495n, -3n]);
    const beyond = { dtype: "int64", shape: [1], data: new BigInt64Array([2n ** 60n]) } as const;
    await expect(runNode({ op: "Neg", inputs: [beyond] })).rejects.toThrow(
      /cannot represent the integer 1152921504606846976/,
    );
    await expect(runNode({ op: "Div", inputs: [int64([1]), int64([0])] })).rejects.toThrow(/divided by 0/);
    const wrapped = { dtype: "int8", shape: [1], data: new Int8Array([127]) } as const;
    expect((await runNode({ op: "Add", inputs: [wrapped, wrapped] }))[0]!.data[0]).toBe(-2);
  });

  test("half precision is rounded once, from the double result", async () => {
    const half = { dtype: "float16", shape: [2], data: new Uint16Array([0x3c00, 0x3c01]) } as const;
    const [product] = await runNode({ op: "Mul", inputs: [half, half] });
    expect(product).toMatchObject({ dtype: "float16" });
    expect([...product!.data]).toEqual([0x3c00, 0x3c02]);
    // 1 + 2^-11 + 2^-24 lies above the middle of 1 and its neighbor; rounded to float32 first, it would lie on it.
    const scalar = (bits: number) => ({ dtype: "float16", shape: [], data: new Uint16Array([bits]) }) as const;
    const [sum] = await runNode({ op: "Sum", inputs: [scalar(0x3c00), scalar(0x1000), scalar(0x0001)] });
    expect([...sum!.data]).toEqual([0x3c01]);
  });

  test("Cast wraps 64-bit integers and refuses a float beyond them", async () => {
    const wide = { dtype: "int64", shape: [2], data: new BigInt64Array([2n ** 40n + 5n, -1n]) } as const;
    const [narrow] = await runNode({ op: "Cast", inputs: [wide], attributes: { to: int(6) } });
    expect([...narrow!.data]).toEqual([5, -1]);
    const cast = runNode({ op: "Cast", inputs: [floats32([1], [Infinity])], attributes: { to: int(7) } });
    await expect(cast).rejects.toThrow("Infinity has no value in int64");
  });
});

test("a reshape with a batch of several images keeps the symbol", async () => {
  const b = createBuilder({ name: "net" });
  const input = b.input("x", "float32", ["N", 2, 3]);
  b.output(b.node("Reshape", [input, b.initializer(lazyTensor("s", int64([0, -1])))], { name: "y" }));
  const graph = b.finish();
  expect(graph.outputs[0]?.shape).toEqual(["N", 6]);
  expect((await interpret(graph, { x: noise([4, 2, 3], 1) })).get("y")!.shape).toEqual([4, 6]);
});
