// Values put together, taken apart, repeated and relabelled, plain and as pixels, against the interpreter.
import { lazyTensor } from "@samoyed/core";
import { canonicalize, createBuilder, type GraphBuilder } from "@samoyed/graph";
import { type Graph, int, ints } from "@samoyed/ir";
import { wave } from "@samoyed/test-support/tensors";
import fc from "fast-check";
import { test } from "vitest";
import { expectSame } from "./expect-same.ts";

const runs = { numRuns: 25 * Number(process.env["SAMOYED_FUZZ"] ?? 1) };

const size = fc.integer({ min: 1, max: 5 });
const shape = fc.array(size, { minLength: 1, maxLength: 4 });

function list(b: GraphBuilder, name: string, values: readonly number[]): string {
  const data = BigInt64Array.from(values, BigInt);
  return b.initializer(lazyTensor(name, { dtype: "int64", shape: [values.length], data }));
}

/** A graph over one input; what it takes is pixels with a border where a pool can make it so. */
function graphOf(x: readonly number[], make: (b: GraphBuilder, value: string) => string): Graph {
  const b = createBuilder({ name: "pieces" });
  const input = b.input("x", "float32", x);
  const pooled = (): string =>
    b.node("MaxPool", [input], { attributes: { kernel_shape: ints(new Array(x.length - 2).fill(1)) } });
  b.output(make(b, x.length === 3 || x.length === 4 ? pooled() : input));
  return canonicalize(b.finish()).graph;
}

const property = <T>(of: fc.Arbitrary<T>, build: (value: T) => { x: readonly number[]; graph: Graph }) =>
  fc.assert(
    fc.asyncProperty(of, async (value) => {
      const { x, graph } = build(value);
      await expectSame(graph, { x: wave([...x], 3) });
    }),
    runs,
  );

const withAxis = shape.chain((x) =>
  fc.record({ x: fc.constant(x), axis: fc.integer({ min: -x.length, max: x.length - 1 }) }),
);

test("Concat", () =>
  property(fc.record({ at: withAxis, times: fc.integer({ min: 1, max: 3 }) }), ({ at: { x, axis }, times }) => ({
    x,
    graph: graphOf(x, (b, value) =>
      b.node("Concat", [value, ...new Array<string>(times).fill("x")], { attributes: { axis: int(axis) } }),
    ),
  })));

test("Split, the parts put together the other way round", () =>
  property(fc.record({ at: withAxis, parts: fc.array(size, { minLength: 2, maxLength: 3 }) }), ({ at, parts }) => {
    const axis = at.axis < 0 ? at.axis + at.x.length : at.axis;
    const x = at.x.with(
      axis,
      parts.reduce((sum, part) => sum + part, 0),
    );
    const outputs = parts.map((_, index) => `part${index}`);
    return {
      x,
      graph: graphOf(x, (b, value) => {
        b.node("Split", [value, list(b, "sizes", parts)], { outputs, attributes: { axis: int(at.axis) } });
        return b.node("Concat", outputs.toReversed(), { attributes: { axis: int(axis) } });
      }),
    };
  }));

test("Slice: any bounds and steps that leave something", () =>
  property(
    shape.chain((x) =>
      fc.record({
        x: fc.constant(x),
        slices: fc.tuple(
          ...x.map((extent) =>
            fc.record({
              first: fc.nat(extent - 1),
              count: fc.integer({ min: 1, max: 3 }),
              step: fc.constantFrom(-2, -1, 1, 2),
            }),
          ),
        ),
      }),
    ),
    ({ x, slices }) => {
      const bounds = slices.map(({ first, count, step }) => ({ start: first, end: first + count * step, step }));
      const clamp = ({ end, step }: { end: number; step: number }): number => (step < 0 && end < 0 ? -100 : end);
      return {
        x,
        graph: graphOf(x, (b, value) =>
          b.node("Slice", [
            value,
            list(
              b,
              "starts",
              bounds.map(({ start }) => start),
            ),
            list(b, "ends", bounds.map(clamp)),
            list(b, "axes", [...x.keys()]),
            list(
              b,
              "steps",
              bounds.map(({ step }) => step),
            ),
          ]),
        ),
      };
    },
  ));

test("Expand, to more axes as well", () =>
  property(
    fc.record({
      x: shape,
      more: fc.array(size, { maxLength: 2 }),
      ones: fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
    }),
    ({ x, more, ones }) => {
      const from = x.map((extent, axis) => (ones[axis]! ? 1 : extent));
      return { x: from, graph: graphOf(from, (b, value) => b.node("Expand", [value, list(b, "to", [...more, ...x])])) };
    },
  ));

test("Tile", () =>
  property(
    fc.record({ x: shape, repeats: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 4, maxLength: 4 }) }),
    ({ x, repeats }) => ({
      x,
      graph: graphOf(x, (b, value) => b.node("Tile", [value, list(b, "repeats", repeats.slice(0, x.length))])),
    }),
  ));

test("Gather by constant indices: in order, a scalar, and any", () =>
  property(
    withAxis.chain(({ x, axis }) => {
      const extent = x.at(axis)!;
      const index = fc.integer({ min: -extent, max: extent - 1 });
      return fc.record({
        x: fc.constant(x),
        axis: fc.constant(axis),
        indices: fc.array(index, { minLength: 1, maxLength: 4 }),
        scalar: fc.boolean(),
      });
    }),
    ({ x, axis, indices, scalar }) => ({
      x,
      graph: graphOf(x, (b, value) => {
        const data = BigInt64Array.from(scalar ? indices.slice(0, 1) : indices, BigInt);
        const at = b.initializer(lazyTensor("at", { dtype: "int64", shape: scalar ? [] : [data.length], data }));
        return b.node("Gather", [value, at], { attributes: { axis: int(axis) } });
      }),
    }),
  ));

test("Transpose, relabelled or copied, and what a pool makes of it", () =>
  property(
    fc.record({
      x: fc.array(size, { minLength: 4, maxLength: 4 }),
      perm: fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 }),
    }),
    ({ x, perm }) => ({
      x,
      graph: graphOf(x, (b, value) => {
        const moved = b.node("Transpose", [value], { attributes: { perm: ints(perm) } });
        const pooled = b.node("AveragePool", [moved], { attributes: { kernel_shape: ints([1, 1]) } });
        return b.node("Add", [pooled, b.node("Transpose", [value], { attributes: { perm: ints(perm) } })]);
      }),
    }),
  ));
