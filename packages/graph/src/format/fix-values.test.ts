import { UsageError } from "@samoyed/core";
import { expect, test } from "vitest";
import type { Graph } from "@samoyed/ir";
import { createBuilder } from "../builder.ts";
import { interpret } from "../interpret.ts";
import { fixValues } from "./fix-values.ts";

/** x · gain, where it is less than a number of samples. */
function scaled(): Graph {
  const b = createBuilder({ name: "tiny" });
  const [x, gain] = [b.input("x", "float32", [2]), b.input("gain", "float32", [1, 1])];
  const [rate, flag] = [b.input("rate", "int64", []), b.input("flag", "bool", [])];
  b.output(b.node("Mul", [x, gain], { name: "y" }));
  b.output(b.node("Identity", [rate], { name: "same" }));
  b.output(b.node("Not", [flag], { name: "other" }));
  return b.finish();
}

const fix = (values: Readonly<Record<string, number>>): Graph => fixValues(scaled(), new Map(Object.entries(values)));

test("nothing to fix: the graph itself", () => {
  const graph = scaled();
  expect(fixValues(graph, new Map())).toBe(graph);
});

test("an input with a value is a constant of its type and shape", async () => {
  const graph = fix({ gain: 0.25, rate: 16_000, flag: 1 });
  expect(graph.inputs.map(({ name }) => name)).toEqual(["x"]);
  expect(graph.initializers.get("rate")!.tensor).toEqual({
    dtype: "int64",
    shape: [],
    data: BigInt64Array.of(16_000n),
  });
  expect(graph.initializers.get("flag")!.tensor!.dtype).toBe("bool");
  const x = { dtype: "float32", shape: [2], data: Float32Array.of(4, 8) } as const;
  expect((await interpret(graph, { x })).get("y")!).toMatchObject({ shape: [1, 2], data: Float32Array.of(1, 2) });
});

test.each([
  [{ pitch: 1 }, /no input "pitch"/],
  [{ x: 1 }, /float32 \[2\]; only an input of one number/],
  [{ rate: 1.5 }, /int64 \[\], which cannot hold 1\.5/],
  [{ flag: 300 }, /bool \[\], which cannot hold 300/],
])("%j is wrong usage", (values, message) => {
  expect(() => fix(values)).toThrow(message);
  expect(() => fix(values)).toThrow(UsageError);
});
