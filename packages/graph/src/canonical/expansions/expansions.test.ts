import { noise } from "@samoyed/test-support/tensors";
import { describe, expect, test } from "vitest";
import { type Attribute, type Dim, int, string } from "@samoyed/ir";
import { distance, expectSameNumbers, inputsOf } from "../../../test/canonical-case.ts";
import { int64, type NodeCase, nodeGraph } from "../../../test/helpers.ts";
import { recordedCases } from "../../../test/recorded.ts";
import { CANONICAL_OPERATORS, canonicalize, expandOperators, interpret } from "../../index.ts";
import { EXPANSIONS } from "../rules.ts";

const EXPANDED = EXPANSIONS.flatMap(({ ops }) => ops);
const OTHERS = CANONICAL_OPERATORS.filter((op) => !EXPANDED.includes(op));

/** Weights, biases and indices are constants, as they are in networks. */
function asNetwork(item: NodeCase): NodeCase {
  const constants = item.op.startsWith("Scatter") ? [1] : [1, 2, 3].filter((index) => item.inputs[index] != null);
  return { ...item, constants: item.op === "GridSample" ? [] : constants };
}

const cases = recordedCases().filter(({ op, opset }) => EXPANDED.includes(op) && opset! <= 17);
describe("what PyTorch computes", () => {
  test.each(cases.map((item) => [item.name, item] as const))("%s", async (_, item) => {
    const own = asNetwork(item);
    const { graph, declined } = expandOperators(canonicalize(nodeGraph(own)).graph, OTHERS);
    if (item.attributes!["reduction"] !== undefined) {
      expect(declined.map(({ reason }) => reason)).toEqual([expect.stringContaining("it reduces by")]);
      return;
    }
    expect(graph.nodes.map(({ op }) => op)).not.toContain(item.op);
    const results = [...(await interpret(graph, inputsOf(own))).values()];
    expect(results).toHaveLength(item.expected.length);
    for (const [index, expected] of item.expected.entries()) {
      // Every step rounds to float32.
      expect(distance(results[index]!, expected)).toBeLessThanOrEqual(8);
    }
  });
});

function recurrentCase(op: string, attributes: Record<string, Attribute>, states: number): NodeCase {
  const gates = { GRU: 3, LSTM: 4, RNN: 1 }[op]! * 5;
  const batchFirst = "layout" in attributes;
  const directions = "direction" in attributes && attributes["direction"]!.value === "bidirectional" ? 2 : 1;
  const state = batchFirst ? [2, directions, 5] : [directions, 2, 5];
  return {
    op,
    attributes,
    inputs: [
      noise(batchFirst ? [2, 4, 3] : [4, 2, 3], 1),
      noise([directions, gates, 3], 2),
      noise([directions, gates, 5], 3),
      noise([directions, 2 * gates], 4),
      null,
      ...Array.from({ length: states }, (_, at) => noise(state, 5 + at)),
    ],
    constants: [1, 2, 3],
    outputs: op === "LSTM" ? 3 : 2,
  };
}

const openBatch =
  (item: NodeCase) =>
  (index: number): readonly Dim[] | undefined => {
    const [batch, states] = "layout" in item.attributes! ? [0, 0] : [1, 1];
    if (index !== 0 && index < 5) return undefined;
    return item.inputs[index]!.shape.map((size, axis) => (axis === (index === 0 ? batch : states) ? "N" : size));
  };

describe("recurrent networks", () => {
  test.each([
    ["LSTM", {}, 0],
    ["LSTM", { layout: int(1), direction: string("bidirectional") }, 2],
    ["LSTM", { direction: string("reverse") }, 1],
    ["GRU", { direction: string("bidirectional") }, 1],
    ["GRU", { layout: int(1), linear_before_reset: int(1) }, 0],
    ["GRU", {}, 0],
    ["RNN", { direction: string("bidirectional"), layout: int(1) }, 1],
  ] as const)("%s %o with %i states, of any batch", async (op, attributes, states) => {
    const item = recurrentCase(op, attributes, states);
    const graph = nodeGraph(item, openBatch(item));
    const expanded = expandOperators(graph, OTHERS).graph;
    expect(expanded.nodes.map((node) => node.op)).not.toContain(op);
    expect(expanded.outputs).toEqual(graph.outputs);
    await expectSameNumbers(graph, expanded, inputsOf(item));
  });

  test("the product with the sequence is one for each direction", () => {
    const { graph } = expandOperators(nodeGraph(recurrentCase("LSTM", {}, 0)), OTHERS);
    expect(graph.nodes.filter(({ op }) => op === "MatMul")).toHaveLength(1 + 3);
  });

  test("those that have no such form stay, with the reason", () => {
    const reason = (item: NodeCase, shape?: (index: number) => readonly Dim[] | undefined): string | undefined =>
      expandOperators(nodeGraph(item, shape), OTHERS).declined[0]?.reason;
    const item = recurrentCase("LSTM", {}, 2);
    expect(reason(item, (index) => (index === 0 ? ["T", 2, 3] : undefined))).toBe("its sequence is of open length");
    expect(reason({ ...item, constants: [1, 2] })).toBe('its weight "x3" is computed');
    expect(reason({ ...item, inputs: [noise([1025, 2, 3], 1), ...item.inputs.slice(1)] })).toBe(
      "its sequence has 1025 steps; 1 to 1024 are written out",
    );
    expect(reason({ ...item, attributes: { clip: { type: "float", value: 1 } } })).toBe("it clips its gates");
    expect(reason({ ...item, attributes: { input_forget: int(1) } })).toBe("it couples two of its gates");
    expect(reason({ ...item, inputs: [...item.inputs, noise([1, 15], 8)] })).toBe("it has peepholes");
    const lengths = { dtype: "int32", shape: [2], data: new Int32Array([4, 2]) } as const;
    expect(reason({ ...item, inputs: item.inputs.with(4, lengths) })).toBe("its sequences have lengths of their own");
  });
});

describe("elements in constant places", () => {
  test("rows of open size are moved as they are", async () => {
    const item: NodeCase = {
      op: "ScatterND",
      inputs: [noise([3, 2, 4], 1), int64([2, -3, 2], [3, 1]), noise([3, 2, 4], 2)],
      constants: [1],
    };
    const graph = nodeGraph(item, (index) => (index === 1 ? undefined : [3, "N", 4]));
    const expanded = expandOperators(graph, OTHERS).graph;
    expect(expanded.nodes.map(({ op }) => op)).toEqual(["Concat", "Gather"]);
    await expectSameNumbers(graph, expanded, inputsOf(item));
  });

  test("computed places, and indexed axes of open size, stay", () => {
    const item: NodeCase = { op: "ScatterND", inputs: [noise([3, 2], 1), int64([2], [1, 1]), noise([1, 2], 2)] };
    expect(expandOperators(nodeGraph(item), OTHERS).declined[0]!.reason).toBe("its indices are computed");
    const open = nodeGraph({ ...item, constants: [1] }, (index) => (index === 0 ? ["N", 2] : undefined));
    expect(expandOperators(open, OTHERS).declined[0]!.reason).toBe(
      "the sizes of the axes that it indexes are not known",
    );
  });
});

describe("images at computed positions", () => {
  test.each(["bilinear", "nearest", "bicubic"])("%s, of any batch", async (mode) => {
    const item: NodeCase = {
      op: "GridSample",
      attributes: { mode: string(mode) },
      inputs: [noise([3, 2, 5, 4], 1), noise([3, 3, 2, 2], 2)],
    };
    const graph = nodeGraph(item, (index) => ["N", ...item.inputs[index]!.shape.slice(1)]);
    const expanded = expandOperators(graph, OTHERS).graph;
    expect(expanded.nodes.map(({ op }) => op)).not.toContain("GridSample");
    await expectSameNumbers(graph, expanded, inputsOf(item));
    const open = nodeGraph(item, (index) => (index === 0 ? [3, 2, "H", 4] : undefined));
    expect(expandOperators(open, OTHERS).declined[0]!.reason).toBe("its height, width or channels are not known");
  });
});

test("a target that has an operator keeps it, as does one that lacks what takes its place", () => {
  const graph = nodeGraph(recurrentCase("LSTM", {}, 0));
  expect(expandOperators(graph, CANONICAL_OPERATORS)).toEqual({ graph, declined: [] });
  expect(
    expandOperators(
      graph,
      OTHERS.filter((op) => op !== "Split"),
    ),
  ).toEqual({ graph, declined: [] });
});
