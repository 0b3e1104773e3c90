import { buildModel, modelParameters, loadArchitecture } from "@samoyed/models";
import { createBuilder } from "@samoyed/graph";
import type { Graph } from "@samoyed/ir";
import { describe, expect, test } from "vitest";
// @ts-expect-error a plain script
import { compareFamily } from "../sweep/compare-family.mjs";
// @ts-expect-error a plain script
import { compareGraphs, seededState } from "../sweep/compare-graphs.mjs";

test.each(["test_resnet", "resnet18"])("%s is the same graph by code and by data", async (name) => {
  expect(await compareFamily(name)).toBe("structure");
});

test("a name that is data alone is not compared", async () => {
  expect(await compareFamily("test_vit")).toBeUndefined();
});

describe("two graphs", async () => {
  const architecture = await loadArchitecture("test_resnet");
  const tensors = seededState(modelParameters(architecture, { numClasses: 10 }));
  const graph = buildModel({ architecture, numClasses: 10, tensors });
  const changed = (change: (node: Graph["nodes"][number]) => Graph["nodes"][number]): Graph => ({
    ...graph,
    nodes: graph.nodes.map(change),
  });

  test("with other names are the same", async () => {
    const renamed = changed((node) => ({ ...node, name: `${node.name}.again` }));
    expect(await compareGraphs(graph, renamed, tensors)).toBe("structure");
  });

  test("with a stride of another size are not", async () => {
    const other = changed((node) =>
      node.op === "MaxPool"
        ? { ...node, attributes: { ...node.attributes, strides: { type: "ints", value: [4, 4] } } }
        : node,
    );
    await expect(compareGraphs(graph, other, tensors)).rejects.toThrow(
      /MaxPool \S+ is in the first graph only; logits is/u,
    );
  });

  test("with two weights in each other's place are not", async () => {
    const swap = new Map([
      ["layer1.0.bn1.weight", "layer1.0.bn2.weight"],
      ["layer1.0.bn2.weight", "layer1.0.bn1.weight"],
    ]);
    const other = changed((node) => ({ ...node, inputs: node.inputs.map((name) => swap.get(name) ?? name) }));
    await expect(compareGraphs(graph, other, tensors)).rejects.toThrow(/BatchNormalization/u);
  });
});

test("the same numbers from other operators", async () => {
  const make = (op: "Mul" | "Add"): Graph => {
    const builder = createBuilder({ name: "twice" });
    const x = builder.input("input", "float32", ["N", 3, "H", "W"]);
    const y = op === "Add" ? builder.node("Add", [x, x]) : builder.node("Mul", [x, builder.node("Relu", [x])]);
    builder.output(y);
    return builder.finish();
  };
  const sum = make("Add");
  const twice = createBuilder({ name: "twice" });
  twice.output(twice.node("Sub", [twice.input("input", "float32", ["N", 3, "H", "W"]), twice.node("Neg", ["input"])]));
  expect(await compareGraphs(sum, twice.finish(), new Map())).toBe("numbers");
  await expect(compareGraphs(sum, make("Mul"), new Map())).rejects.toThrow("Add");
});
