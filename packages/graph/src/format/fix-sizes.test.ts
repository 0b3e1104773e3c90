import { ShapeError, UsageError } from "@samoyed/core";
import { type Graph, int } from "@samoyed/ir";
import { expect, test } from "vitest";
import { createBuilder } from "../builder.ts";
import { fixSizes } from "./fix-sizes.ts";

/** Two inputs that share a symbol, joined along the axis that each has for itself. */
function joined(): Graph {
  const b = createBuilder({ name: "tiny" });
  const [left, right] = [b.input("left", "float32", ["N", "L", 2]), b.input("right:1", "float32", ["N", "R", 2])];
  b.output(b.node("Concat", [left, right], { name: "both", attributes: { axis: int(1) } }));
  return b.finish();
}

const shapes = ({ inputs, outputs }: Graph): unknown => [...inputs, ...outputs].map(({ shape }) => shape);
const fix = (sizes: Readonly<Record<string, number>>): Graph => fixSizes(joined(), new Map(Object.entries(sizes)));

test("nothing to fix: the graph itself", () => {
  const graph = joined();
  expect(fixSizes(graph, new Map())).toBe(graph);
});

test("a symbol is fixed wherever it is, and the outputs follow", () => {
  const graph = fix({ N: 4, "left:1": 3, "right:1:1": 5 });
  expect(shapes(graph)).toEqual([
    [4, 3, 2],
    [4, 5, 2],
    [4, 8, 2],
  ]);
});

test.each([
  [{ M: 1 }, /no open size "M"/],
  [{ "left:2": 2 }, /"left:2" is not open/],
  [{ "left:9": 2 }, /"left:9" is not open/],
  [{ N: 1, "right:1:0": 1 }, /N and right:1:0 are the same open size, N/],
  [{ N: 0 }, /the size of N is 0/],
  [{ N: 1.5 }, /the size of N is 1\.5/],
])("%j is wrong usage", (sizes, message) => {
  expect(() => fix(sizes)).toThrow(message);
  expect(() => fix(sizes)).toThrow(UsageError);
});

test("the hint lists the open sizes, with their places", () => {
  expect(() => fix({ M: 1 })).toThrow(
    expect.objectContaining({ hint: "Open are N (left:0, right:1:0), L (left:1), R (right:1:1)." }),
  );
});

test("sizes that the network cannot be computed at", () => {
  const b = createBuilder({ name: "tiny" });
  b.output(b.node("Add", [b.input("x", "float32", ["N"]), b.input("y", "float32", [3])], { name: "sum" }));
  const graph = b.finish();
  expect(() => fixSizes(graph, new Map([["N", 2]]))).toThrow(/cannot be computed at N=2: .*"sum"/);
  expect(() => fixSizes(graph, new Map([["N", 2]]))).toThrow(ShapeError);
});
