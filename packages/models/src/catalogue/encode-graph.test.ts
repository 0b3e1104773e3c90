import { type LazyTensor, lazyTensor, type Tensor } from "@samoyed/core";
import { createBuilder, interpret } from "@samoyed/graph";
import { float, type Graph } from "@samoyed/ir";
import { wave } from "@samoyed/test-support/tensors";
import { describe, expect, it } from "vitest";
import { decodeGraph } from "./decode-graph.ts";
import { encodeGraphs } from "./encode-graph.ts";

const WEIGHTS = new Map<string, LazyTensor>(
  ["a.weight", "b.weight", "c.weight"].map((name, index) => [name, lazyTensor(name, wave([4, 4], index))]),
);
const NAMES = [...WEIGHTS.keys()];

/** Products with weights, one after the other, a constant, a split, and an optional input that is left out. */
function chain(weights: readonly string[], outputs: readonly string[]): Graph {
  const b = createBuilder({ name: "chain" });
  let value = b.input("x", "float32", ["N", 4]);
  const half = b.initializer(lazyTensor("half", { dtype: "float32", shape: [], data: Float32Array.of(0.5) }));
  for (const [index, name] of weights.entries()) {
    value = b.node("MatMul", [value, b.initializer(WEIGHTS.get(name)!)], { name: `m${index}` });
    value = b.node("LeakyRelu", [value], { name: `r${index}`, attributes: { alpha: float(0.1) } });
  }
  value = b.node("Clip", [value, "", half], { name: "clip" });
  b.node(
    "Split",
    [value, b.initializer(lazyTensor("sizes", { dtype: "int64", shape: [2], data: new BigInt64Array([1n, 3n]) }))],
    {
      name: "split",
      attributes: { axis: { type: "int", value: 1 } },
      outputs: ["left", "right"],
    },
  );
  for (const name of outputs) b.output(name);
  return b.finish();
}

async function run(graph: Graph): Promise<Tensor[]> {
  return [...(await interpret(graph, { [graph.inputs[0]!.name]: wave([2, 4], 9) })).values()];
}

const graph = chain(NAMES, ["right", "left"]);
const options = { name: "again", names: NAMES, tensors: WEIGHTS, input: ["N", 4] };

describe("a graph without weights", () => {
  it("computes the same when its weights are back", async () => {
    const { graph: stored, data } = await encodeGraphs(
      [{ graph, outputs: { right: "logits", left: "features" } }],
      NAMES,
    );
    const text = JSON.stringify(stored);
    const outputs = [["logits", "logits"] as const, ["features", "features"] as const];
    const back = decodeGraph(JSON.parse(text) as typeof stored, { ...options, data, outputs });
    expect(await run(back)).toEqual(await run(graph));
    expect(back.nodes.map(({ name }) => name)).toEqual([
      "a",
      "LeakyRelu",
      "b",
      "LeakyRelu_2",
      "c",
      "LeakyRelu_3",
      "Clip",
      "Split",
    ]);
    expect(text).not.toContain("weight");
  });

  it("has what an output needs, and no more", async () => {
    const shorter = chain(["a.weight"], ["left"]);
    const { graph: stored, data } = await encodeGraphs(
      [
        { graph, outputs: { right: "logits", left: "features" } },
        { graph: shorter, outputs: { left: "tap" } },
      ],
      NAMES,
    );
    const back = decodeGraph(stored, { ...options, data, outputs: [["tap", "tap.a"]] });
    expect(await run(back)).toEqual(await run(shorter));
    expect([...back.initializers.keys()].filter((name) => WEIGHTS.has(name))).toEqual(["a.weight"]);
  });

  it("stores once what several graphs compute alike", async () => {
    const { graph: once } = await encodeGraphs([{ graph, outputs: { right: "logits", left: "features" } }], NAMES);
    const { graph: twice } = await encodeGraphs(
      [
        { graph, outputs: { right: "logits" } },
        { graph, outputs: { left: "features" } },
      ],
      NAMES,
    );
    expect(twice.nodes).toEqual(once.nodes);
    expect(twice.outputs).toEqual(once.outputs);
  });

  it("copies a value that is two outputs", async () => {
    const { graph: stored, data } = await encodeGraphs(
      [{ graph, outputs: { right: "logits", left: "features" } }],
      NAMES,
    );
    const both = { ...stored, outputs: { ...stored.outputs, "tap.c": stored.outputs["logits"]! } };
    const back = decodeGraph(both, {
      ...options,
      data,
      outputs: [
        ["logits", "logits"],
        ["tap.c", "tap.c"],
      ],
    });
    const [logits, tap] = await run(back);
    expect(tap).toEqual(logits);
  });
});
