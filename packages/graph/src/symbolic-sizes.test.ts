import { FormatError, lazyTensor, UnsupportedError } from "@samoyed/core";
import { int, ints } from "@samoyed/ir";
import fc from "fast-check";
import { noise } from "@samoyed/test-support/tensors";
import { expect, test } from "vitest";
import { int64, nodeGraph, runNode } from "../test/helpers.ts";
import { createBuilder, interpret } from "./index.ts";
import { learn } from "./infer.ts";

/** The number that a symbolic size means. */
function evaluate(dim: number | string, H: number): number {
  if (typeof dim === "number") return dim;
  // The forms are plain arithmetic of one symbol.
  return new Function("H", "floor", `return ${dim};`)(H, Math.floor) as number;
}

test("symbolic image sizes are inferred as what the interpreter gives, for every window", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        op: fc.constantFrom("Conv", "MaxPool", "AveragePool"),
        kernel: fc.integer({ min: 1, max: 4 }),
        stride: fc.integer({ min: 1, max: 3 }),
        begin: fc.integer({ min: 0, max: 3 }),
        end: fc.integer({ min: 0, max: 3 }),
        ceil: fc.integer({ min: 0, max: 1 }),
        size: fc.integer({ min: 4, max: 11 }),
      }),
      async ({ op, kernel, stride, begin, end, ceil, size }) => {
        const pads = ints([Math.min(begin, kernel - 1), Math.min(end, kernel - 1)]);
        const window = { strides: ints([stride]), pads, kernel_shape: ints([kernel]) };
        const attributes = op === "Conv" ? window : { ...window, ceil_mode: int(ceil) };
        const x = noise([1, 1, size], 1);
        const inputs = op === "Conv" ? [x, noise([1, 1, kernel], 2)] : [x];
        const graph = nodeGraph({ op, inputs, constants: [1], attributes }, () => [1, 1, "H"]);
        const length = graph.outputs[0]!.shape[2]!;
        const y = (await interpret(graph, { x0: x })).get("y0")!;
        // A size without a closed form gets a name of its own, which says nothing.
        if (length === "y0.2") expect(ceil).toBe(1);
        else expect(evaluate(length, size)).toBe(y.shape[2]);
        const [known] = await runNode({ op, inputs, constants: [1], attributes });
        expect(known!.shape).toEqual(y.shape);
      },
    ),
    { numRuns: 300 },
  );
});

/** Integer operators, with the number of their operands. */
const ARITHMETIC = { Add: 2, Sub: 2, Mul: 2, Div: 2, Mod: 2, Min: 2, Max: 3, Equal: 2, Where: 3 } as const;

test("sizes that are computed in the graph are inferred as what the interpreter gives", async () => {
  const step = fc.record({
    op: fc.constantFrom(...(Object.keys(ARITHMETIC) as (keyof typeof ARITHMETIC)[])),
    operands: fc.array(fc.nat(20), { minLength: 3, maxLength: 3 }),
  });
  let [named, compared] = [0, 0];
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 1, maxLength: 7 }),
      fc.array(fc.integer({ min: -3, max: 9 }), { minLength: 2, maxLength: 2 }),
      fc.integer({ min: 1, max: 12 }),
      async (steps, numbers, size) => {
        const b = createBuilder({ name: "net" });
        const x = b.input("x", "float32", ["H", 3]);
        const lists = [b.node("Shape", [x]), b.initializer(lazyTensor("k", int64(numbers)))];
        lists.push(b.node("Gather", [lists[0]!, b.initializer(lazyTensor("zero", int64([0])))]));
        const conditions: string[] = [];
        for (const { op, operands } of steps) {
          const names = operands.slice(0, ARITHMETIC[op]).map((index) => lists[index % lists.length]!);
          if (op === "Equal") conditions.push(b.node(op, names));
          else if (op !== "Where") lists.push(b.node(op, names));
          else if (conditions.length > 0) lists.push(b.node(op, [conditions.at(-1)!, ...names.slice(1)]));
        }
        for (const name of [...lists, ...conditions]) b.output(b.node("Identity", [name]));
        const graph = b.finish();
        const known = learn(graph);
        const values = await interpret(graph, { x: noise([size, 3], 1) }).catch((error: unknown) => {
          // A division by zero, or an integer beyond a double.
          if (error instanceof FormatError || error instanceof UnsupportedError) return undefined;
          throw error;
        });
        if (values === undefined) return;
        for (const [name, value] of values) {
          compared++;
          const dims = known.dims(name);
          if (dims === undefined) continue;
          named++;
          // Adding 0 makes -0, as a product of doubles may be, the integer that it means.
          expect(dims.map((dim) => evaluate(dim, size) + 0)).toEqual(
            Array.from<number | bigint, number>(value.data, Number),
          );
        }
      },
    ),
    { numRuns: 500 },
  );
  expect(named / compared).toBeGreaterThan(0.5);
});

test("the batch keeps its name through windows and back", () => {
  const b = createBuilder({ name: "net" });
  let shapes = 0;
  const reshape = (value: string, shape: readonly number[]): string =>
    b.node("Reshape", [value, b.initializer(lazyTensor(`shape${shapes++}`, int64(shape)))]);
  const swap = (value: string): string =>
    b.node("Transpose", [value], { attributes: { perm: ints([0, 1, 3, 2, 4, 5]) } });
  const x = b.input("x", "float32", ["N", 56, 56, 96]);
  const windows = reshape(swap(reshape(x, [-1, 8, 7, 8, 7, 96])), [-1, 49, 96]);
  const heads = reshape(windows, [-1, 49, 3, 32]);
  const back = reshape(swap(reshape(heads, [-1, 8, 8, 7, 7, 96])), [-1, 56, 56, 96]);
  const count = b.node("Gather", [b.node("Shape", [windows]), b.initializer(lazyTensor("first", int64([0])))]);
  const batch = b.node("Div", [count, b.initializer(lazyTensor("windows", int64([64])))]);
  const rest = b.initializer(lazyTensor("rest", int64([-1])));
  const flat = b.node("Reshape", [back, b.node("Concat", [batch, rest], { attributes: { axis: int(0) } })]);
  for (const name of [windows, heads, back, flat]) b.output(name);
  expect(b.finish().outputs.map(({ shape }) => shape)).toEqual([
    ["64*N", 49, 96],
    ["64*N", 49, 3, 32],
    ["N", 56, 56, 96],
    ["N", 56 * 56 * 96],
  ]);
});

test("a size is chosen by a constant condition, as exporters expand a class token to the batch", () => {
  const b = createBuilder({ name: "expand" });
  const x = b.input("x", "float32", ["N", 3]);
  const zero = b.initializer(lazyTensor("zero", int64([0])));
  const size = b.node(
    "Concat",
    [b.node("Gather", [b.node("Shape", [x]), zero]), b.initializer(lazyTensor("open", int64([-1])))],
    { attributes: { axis: int(0) } },
  );
  const ones = b.initializer(lazyTensor("ones", int64([1, 1])));
  const condition = { dtype: "bool", shape: [2], data: Uint8Array.of(0, 1) } as const;
  const chosen = b.node("Where", [b.initializer(lazyTensor("same", condition)), ones, size]);
  b.output(b.node("Expand", [b.initializer(lazyTensor("token", noise([1, 4], 1))), chosen]));
  expect(b.finish().outputs[0]!.shape).toEqual(["N", 4]);
});
