// What is computed of rows (reductions, running sums, norms over axes), in any layout, against the interpreter.
import { lazyTensor, type Shape, type Tensor } from "@samoyed/core";
import { canonicalize, createBuilder, type GraphBuilder } from "@samoyed/graph";
import { type Attribute, type Graph, int, ints } from "@samoyed/ir";
import { wave } from "@samoyed/test-support/tensors";
import fc from "fast-check";
import { describe, test } from "vitest";
import { expectSame } from "./expect-same.ts";

const runs = { numRuns: 12 * Number(process.env["SAMOYED_FUZZ"] ?? 1) };

const size = fc.integer({ min: 1, max: 6 });
const shapes = fc.array(size, { minLength: 1, maxLength: 4 });
const withAxis = shapes.chain((x) =>
  fc.record({ x: fc.constant(x), axis: fc.integer({ min: -x.length, max: x.length - 1 }), flags: fc.nat(3) }),
);

type Make = (b: GraphBuilder, x: string) => readonly string[];

/** What a value is before: as it came, pixels, or pixels with the border that a convolution wants. */
const layouts = fc.constantFrom("plain", "pixels", "bordered");

function graphOf(x: Shape, layout: string, make: Make, dtype: "float32" | "int32" = "float32"): Graph {
  const b = createBuilder({ name: "rows" });
  let value = b.input("x", dtype, x);
  if (layout !== "plain" && x.length === 4) {
    value = b.node("MaxPool", [value], { attributes: { kernel_shape: ints([1, 1]) } });
    if (layout === "bordered") {
      const weight = b.initializer(lazyTensor("w", wave([2, x[1]!, 3, 3], 5)));
      b.output(b.node("Conv", [value, weight], { name: "conv", attributes: { pads: ints([1, 1, 1, 1]) } }));
    }
  }
  for (const name of make(b, value)) b.output(name);
  return canonicalize(b.finish()).graph;
}

function list(b: GraphBuilder, name: string, values: readonly number[], shape: Shape = [values.length]): string {
  return b.initializer(lazyTensor(name, { dtype: "int64", shape, data: BigInt64Array.from(values, BigInt) }));
}

/** Few different values, so that many are equal. */
function steps(shape: Shape, dtype: "float32" | "int32" = "float32"): Tensor {
  const { data } = wave([...shape], 3);
  return dtype === "float32"
    ? { dtype, shape, data: data.map((value) => Math.round(3 * value)) }
    : { dtype, shape, data: Int32Array.from(data, (value) => Math.round(3 * value)) };
}

const types = fc.constantFrom("float32" as const, "int32" as const);

test.each(["ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin", "ReduceProd"])("%s", async (op) => {
  const reduced = shapes.chain((x) =>
    fc.record({
      x: fc.constant(x),
      axes: fc.subarray([...x.keys()]),
      keepdims: fc.nat(1),
      noop: fc.nat(1),
      layout: layouts,
      dtype: op === "ReduceMean" ? fc.constant("float32" as const) : types,
    }),
  );
  await fc.assert(
    fc.asyncProperty(reduced, async ({ x, axes, keepdims, noop, layout, dtype }) => {
      const make: Make = (b, value) => {
        const attributes: Record<string, Attribute> = { keepdims: int(keepdims) };
        if (op === "ReduceSum") attributes["noop_with_empty_axes"] = int(noop);
        else if (axes.length > 0) attributes["axes"] = ints(axes);
        const inputs = op === "ReduceSum" ? [value, list(b, "axes", axes)] : [value];
        return [b.node(op, inputs, { name: "y", attributes })];
      };
      const before = dtype === "int32" ? "plain" : layout;
      await expectSame(graphOf(x, before, make, dtype), { x: dtype === "int32" ? steps(x, dtype) : wave(x) });
    }),
    runs,
  );
});

test.each(["ArgMax", "ArgMin"])("%s", async (op) => {
  await fc.assert(
    fc.asyncProperty(withAxis, layouts, types, async ({ x, axis, flags }, layout, dtype) => {
      const attributes = { axis: int(axis), keepdims: int(flags & 1), select_last_index: int(flags >> 1) };
      const make: Make = (b, value) => [b.node(op, [value], { name: "y", attributes })];
      await expectSame(graphOf(x, dtype === "int32" ? "plain" : layout, make, dtype), { x: steps(x, dtype) });
    }),
    runs,
  );
});

test("CumSum", async () => {
  await fc.assert(
    fc.asyncProperty(withAxis, layouts, types, async ({ x, axis, flags }, layout, dtype) => {
      const attributes = { exclusive: int(flags & 1), reverse: int(flags >> 1) };
      const make: Make = (b, value) => [
        b.node("CumSum", [value, list(b, "axis", [axis], [])], { name: "y", attributes }),
      ];
      await expectSame(graphOf(x, dtype === "int32" ? "plain" : layout, make, dtype), { x: steps(x, dtype) });
    }),
    runs,
  );
});

test("TopK", async () => {
  await fc.assert(
    fc.asyncProperty(withAxis, fc.nat(5), layouts, types, async ({ x, axis, flags }, less, layout, dtype) => {
      const k = Math.max(1, x.at(axis)! - less);
      const make: Make = (b, value) => {
        b.node("TopK", [value, list(b, "k", [k])], {
          outputs: ["values", "places"],
          attributes: { axis: int(axis), largest: int(flags & 1) },
        });
        return ["values", "places"];
      };
      await expectSame(graphOf(x, dtype === "int32" ? "plain" : layout, make, dtype), { x: steps(x, dtype) });
    }),
    runs,
  );
});

test.each(["Softmax", "LogSoftmax", "Hardmax"])("%s", async (op) => {
  await fc.assert(
    fc.asyncProperty(withAxis, layouts, async ({ x, axis }, layout) => {
      const make: Make = (b, value) => [b.node(op, [value], { name: "y", attributes: { axis: int(axis) } })];
      await expectSame(graphOf(x, layout, make), { x: op === "Hardmax" ? steps(x) : wave(x) });
    }),
    runs,
  );
});

test("LayerNormalization, with and without bias, with parameters for every element and for some", async () => {
  await fc.assert(
    fc.asyncProperty(withAxis, fc.boolean(), layouts, async ({ x, axis, flags }, channelsFirst, layout) => {
      const tail = x.slice(axis < 0 ? axis : axis - x.length);
      const shape = flags & 1 ? tail.slice(-1) : tail;
      const make: Make = (b, value) => {
        const perm = { attributes: { perm: ints([0, 2, 3, 1]) } };
        const moved = channelsFirst && x.length === 4 ? b.node("Transpose", [value], perm) : value;
        const parameters = [1, 2]
          .slice(0, 1 + (flags >> 1))
          .map((seed) => b.initializer(lazyTensor(`p${seed}`, wave([...shape], seed))));
        const inputs = [moved, ...parameters];
        return [b.node("LayerNormalization", inputs, { name: "y", attributes: { axis: int(axis) } })];
      };
      const from = channelsFirst && x.length === 4 ? [x[0]!, x[3]!, x[1]!, x[2]!] : x;
      await expectSame(graphOf(from, layout, make), { x: wave([...from]) });
    }),
    runs,
  );
});

describe("rows longer than a unit of work, and many of them", () => {
  test.each<[string, Shape, Record<string, Attribute>]>([
    ["ReduceMean", [3, 9001], { axes: ints([1]) }],
    ["ReduceMax", [9001, 3], { axes: ints([0]) }],
    ["ArgMax", [300, 7, 11], { axis: int(1) }],
    ["Softmax", [2, 600, 197], { axis: int(-1) }],
  ])("%s of %j", async (op, shape, attributes) => {
    const make: Make = (b, value) => [b.node(op, [value], { name: "y", attributes })];
    await expectSame(graphOf(shape, "plain", make), { x: wave([...shape]) });
  });
});
