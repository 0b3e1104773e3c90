import { lazyFromChunks, memorySink, type Sink, tensorByteLength } from "@samoyed/core";
import { createBuilder } from "@samoyed/graph";
import { CANONICAL_OPSET, type Graph } from "@samoyed/ir";
import { expect, test } from "vitest";
import { FORMATS } from "./formats.ts";
import { writeFormats } from "./write-formats.ts";

/** A convolution with limits, whose constants count how often they are read. */
function counted(): { readonly graph: Graph; readonly reads: Record<string, number> } {
  const reads: Record<string, number> = {};
  const b = createBuilder({ name: "counted", opset: CANONICAL_OPSET });
  const constant = (name: string, shape: readonly number[]): string =>
    b.initializer(
      lazyFromChunks({ name, dtype: "float32", shape }, async function* chunks() {
        reads[name] = (reads[name] ?? 0) + 1;
        yield new Uint8Array(tensorByteLength("float32", shape));
      }),
    );
  const x = b.input("x", "float32", ["N", 4, 8, 8]);
  const sums = b.node("Conv", [x, constant("weight", [4, 4, 3, 3])]);
  b.output(b.node("Clip", [sums, constant("least", []), constant("most", [])]));
  return { graph: b.finish(), reads };
}

const write = async (graph: Graph, formats: readonly string[]): Promise<void> => {
  const createSink = async (): Promise<Sink> => memorySink();
  const chosen = FORMATS.filter(({ name }) => formats.includes(name));
  await writeFormats({ graph, contract: undefined, name: "counted", formats: chosen }, { createSink });
};

test("a graph is lowered once: what decides how is read once, and then the weight", async () => {
  const { graph, reads } = counted();
  await write(graph, ["tfjs"]);
  expect(reads).toEqual({ least: 1, most: 1, weight: 1 });
});

test("beside other formats weights are read once for all", async () => {
  const { graph, reads } = counted();
  await write(graph, ["onnx", "tfjs", "smyd"]);
  expect(reads["weight"]).toBe(1);
});
