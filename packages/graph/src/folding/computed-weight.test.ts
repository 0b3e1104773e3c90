import {
  arrayToBytes,
  bytesToTensor,
  type DType,
  lazyFromChunks,
  type LazyTensor,
  lazyTensor,
  readTensor,
  type Tensor,
  tensorByteLength,
} from "@samoyed/core";
import { int, ints } from "@samoyed/ir";
import { noise } from "@samoyed/test-support/tensors";
import fc from "fast-check";
import { expect, test } from "vitest";
import { floats32, int64 } from "../../test/helpers.ts";
import { computeNode } from "../interpret.ts";
import { createBuilder, foldConstants, type GraphBuilder, interpret, rewriteGraph, untransposed } from "../index.ts";

/** A weight that is read from pieces of any size, and counts how often. */
function stored(
  name: string,
  tensor: Tensor,
  pieces: readonly number[] = [1000],
): LazyTensor & { reads: () => number } {
  const bytes = arrayToBytes(tensor.data);
  let reads = 0;
  const lazy = lazyFromChunks({ name, dtype: tensor.dtype, shape: tensor.shape }, async function* () {
    reads++;
    for (let start = 0, turn = 0; start < bytes.byteLength; turn++) {
      const size = pieces[turn % pieces.length]!;
      yield bytes.subarray(start, start + size);
      start += size;
    }
  });
  return { ...lazy, reads: () => reads };
}

/** Folds a graph `x + value` and gives the weight that replaces the value. */
function folded(build: (b: GraphBuilder) => string): LazyTensor {
  const b = createBuilder({ name: "net" });
  const x = b.input("x", "float32", []);
  const value = build(b);
  b.output(b.node("Add", [x, value], { name: "y" }));
  const { graph } = rewriteGraph(b.finish(), [foldConstants]);
  expect(graph.nodes.map((node) => [node.op, ...node.inputs])).toEqual([["Add", "x", value]]);
  return graph.initializers.get(value)!;
}

test("folding reads nothing; the weight is computed each time it is read", async () => {
  const w = stored("w", floats32([2, 2], [1, 2, 3, 4]));
  const weight = folded((b) => b.node("Exp", [b.initializer(w)]));
  expect(w.reads()).toBe(0);
  const expected = floats32([2, 2], [1, 2, 3, 4].map(Math.exp));
  expect(await readTensor(weight)).toEqual(expected);
  expect(await readTensor(weight)).toEqual(expected);
  expect(w.reads()).toBe(2);
});

test("a relabeled weight passes the very pieces on", async () => {
  const data = noise([6, 50], 1);
  const w = stored("w", data, [400]);
  const weight = folded((b) => {
    const flat = b.node("Reshape", [b.initializer(w), b.initializer(lazyTensor("shape", int64([-1])))]);
    return b.node("Unsqueeze", [flat, b.initializer(lazyTensor("axes", int64([0])))]);
  });
  expect(weight.shape).toEqual([1, 300]);
  for await (const chunk of weight.chunks()) expect(chunk.buffer).toBe(data.data.buffer);
  expect(await readTensor(weight)).toEqual({ ...data, shape: [1, 300] });
});

test("a value that many use is computed once for each weight that is read", async () => {
  const w = stored("w", floats32([1], [1]));
  // 2^12 paths lead from the weight to the result.
  const weight = folded((b) => {
    let value = b.initializer(w);
    for (let level = 0; level < 12; level++)
      value = b.node("Add", [b.node("Neg", [b.node("Neg", [value])]), b.node("Abs", [value])]);
    return value;
  });
  expect((await readTensor(weight)).data).toEqual(Float32Array.of(4096));
  expect(w.reads()).toBe(1);
});

test("a chain of any length is computed", async () => {
  const w = stored("w", floats32([2], [1, 2]));
  const weight = folded((b) => {
    let value = b.initializer(w);
    for (let length = 0; length < 10_000; length++) value = b.node(length % 2 === 0 ? "Neg" : "Identity", [value]);
    return value;
  });
  expect((await readTensor(weight)).data).toEqual(Float32Array.of(1, 2));
});

test("all outputs of a node are weights", async () => {
  const w = stored("qkv", noise([6, 2], 3));
  const b = createBuilder({ name: "net" });
  const x = b.input("x", "float32", [2, 2]);
  b.node("Split", [b.initializer(w)], { outputs: ["q", "k", "v"], attributes: { axis: int(0) } });
  b.output(b.node("Add", [b.node("MatMul", [x, "q"]), "v"], { name: "y" }));
  const graph = b.finish();
  const { graph: result } = rewriteGraph(graph, [foldConstants]);
  expect([...result.initializers.keys()]).toEqual(["q", "v"]);
  const input = { x: noise([2, 2], 4) };
  expect(await interpret(result, input)).toEqual(await interpret(graph, input));
});

test("an aborted read ends, and a later one succeeds", async () => {
  const weight = folded((b) => b.node("Exp", [b.initializer(stored("w", floats32([1], [0])))]));
  await expect(weight.read({ signal: AbortSignal.abort() })).rejects.toThrow("interrupted");
  expect((await readTensor(weight)).data).toEqual(Float32Array.of(1));
});

const dtypes = fc.constantFrom("float32", "float64", "float16", "int64", "uint8", "complex64", "complex128");

/** Elements of every bit pattern, NaNs with payloads among them. */
function anyBytes(dtype: DType, shape: readonly number[]): Tensor {
  const bytes = new Uint8Array(tensorByteLength(dtype, shape)).map((_, index) => index * 167 + (index >> 3));
  return bytesToTensor(bytes, dtype, shape);
}

/** Folds the transposition of a tensor that comes in pieces, and compares it with the interpreter's. */
async function expectTransposed(
  tensor: Tensor,
  { perm, pieces }: { readonly perm: readonly number[]; readonly pieces: readonly number[] },
): Promise<void> {
  const b = createBuilder({ name: "net" });
  const w = b.initializer(stored("w", tensor, pieces));
  const turned = b.node("Transpose", [w], { attributes: { perm: ints(perm) } });
  b.output(b.node("Gather", [turned, b.input("index", "int64", [])], { name: "y" }));
  const graph = b.finish();
  const { graph: result } = rewriteGraph(graph, [foldConstants]);
  const call = { opset: graph.opset, inputs: [tensor], tensors: new Map() };
  const expected = computeNode(graph.nodes[0]!, call)[0]!;
  const bytes = await result.initializers.get(turned)!.read();
  expect(Buffer.from(bytes).equals(Buffer.from(arrayToBytes(expected.data)))).toBe(true);
}

test("a transposed weight is the interpreter's, bit for bit, for every type, permutation and division into pieces", async () => {
  await fc.assert(
    fc.asyncProperty(
      dtypes,
      fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 4 }).chain((shape) =>
        fc.record({
          shape: fc.constant(shape),
          perm: fc.shuffledSubarray([...shape.keys()], { minLength: shape.length }),
        }),
      ),
      fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 4 }),
      (dtype, { shape, perm }, pieces) => expectTransposed(anyBytes(dtype, shape), { perm, pieces }),
    ),
    { numRuns: 200 },
  );
});

const COLUMN = lazyTensor("column", int64([-1, 1]));

test("so are matrices of more rows than are placed at a time, divided anywhere", async () => {
  for (const dtype of ["float32", "float16", "uint8", "int64"] as const) {
    for (const pieces of [[41 * 16 * 8], [1000, 7], [4 * 41 * 35 + 2]]) {
      await expectTransposed(anyBytes(dtype, [2, 53, 41]), { perm: [0, 2, 1], pieces });
    }
  }
});

test("the transpose of a transposed weight is read as the file has it", async () => {
  const w = stored("w", anyBytes("float32", [6, 4]));
  const turned = folded((b) => b.node("Reshape", [b.node("Transpose", [b.initializer(w)]), b.initializer(COLUMN)]));
  expect(untransposed(turned)).toBeUndefined();
  const matrix = folded((b) => b.node("Transpose", [b.initializer(w)]));
  const rows = untransposed(matrix)!;
  expect(rows.shape).toEqual([6, 4]);
  expect(Buffer.from(await rows.read()).equals(Buffer.from(await w.read()))).toBe(true);
  expect(untransposed(w)).toBeUndefined();
  expect(untransposed(folded((b) => b.node("Exp", [b.node("Transpose", [b.initializer(w)])])))).toBeUndefined();
  expect(untransposed(folded((b) => b.node("Transpose", [b.node("Exp", [b.initializer(w)])])))).toBeUndefined();
});

/** Nodes that make a value of another one; each keeps a rank of two. */
const STEPS: readonly ((b: GraphBuilder, value: string, other: string) => string)[] = [
  (b, value) => b.node("Neg", [value]),
  (b, value) => b.node("Transpose", [value]),
  (b, value) => b.node("Identity", [value]),
  (b, value) => b.node("Reshape", [value, b.initializer(COLUMN)]),
  (b, value) => b.node("ReduceMean", [value], { attributes: { axes: ints([1]) } }),
  (b, value) => b.node("Concat", [value, value], { attributes: { axis: int(1) } }),
  (b, value) => b.node("Sub", [value, b.node("ReduceMax", [value], { attributes: { axes: ints([0]) } })]),
  (b, value) => b.node("MatMul", [value, b.node("Transpose", [value])]),
  (b, value, other) => b.node("Sub", [b.node("ReduceMean", [value]), other]),
];

test("any constant part gives what the interpreter gives", async () => {
  const step = fc.record({ make: fc.nat(STEPS.length - 1), from: fc.nat(20), other: fc.nat(20) });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 8 }), async (steps) => {
      const b = createBuilder({ name: "net" });
      const x = b.input("x", "float32", []);
      const values = [b.initializer(stored("w", noise([3, 2], 1), [7])), b.initializer(stored("v", noise([2, 4], 2)))];
      for (const { make, from, other } of steps) {
        values.push(STEPS[make]!(b, values[from % values.length]!, values[other % values.length]!));
      }
      for (const value of values) b.output(b.node("Add", [x, value]));
      const graph = b.finish();
      const { graph: result } = rewriteGraph(graph, [foldConstants]);
      expect(result.nodes.map(({ op }) => op)).toEqual(values.map(() => "Add"));
      const input = { x: floats32([], [0.5]) };
      expect(await interpret(result, input)).toEqual(await interpret(graph, input));
    }),
    { numRuns: 60 },
  );
});
