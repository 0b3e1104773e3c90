import { type LazyTensor, lazyTensor } from "@samoyed/core";
import { noise } from "@samoyed/test-support/tensors";
import { describe, expect, test } from "vitest";
import { distance, inputsOf } from "../../test/canonical-case.ts";
import { int64, nodeGraph } from "../../test/helpers.ts";
import { recordedCases } from "../../test/recorded.ts";
import {
  CANONICAL_OPERATORS,
  canonicalize,
  createBuilder,
  DECOMPOSED_OPERATORS,
  interpret,
  INTERPRETED_OPERATORS,
  requireCanonical,
} from "../index.ts";
import { CANONICAL_OPSET, type Graph, int, ints, MAX_OPSET, MIN_OPSET, type Node, string } from "@samoyed/ir";

describe("the list of operators", () => {
  test("every operator is canonical or decomposed into those that are", () => {
    const decomposed = [...DECOMPOSED_OPERATORS.keys()];
    expect([...CANONICAL_OPERATORS, ...decomposed].toSorted()).toEqual(INTERPRETED_OPERATORS);
    for (const into of DECOMPOSED_OPERATORS.values())
      expect(CANONICAL_OPERATORS).toEqual(expect.arrayContaining([...into]));
  });
});

describe("requireCanonical", () => {
  function net(opset: number, op: string): Graph {
    const b = createBuilder({ name: "net", opset });
    b.output(b.node(op, [b.input("x", "float32", ["N", 4])], { name: "y" }));
    return b.finish();
  }
  test("takes canonical graphs, and names what canonicalize would change", () => {
    requireCanonical(net(CANONICAL_OPSET, "Relu"));
    expect(() => requireCanonical(net(14, "Relu"))).toThrow('graph "net" uses operator set 14; expected 17');
    expect(() => requireCanonical(net(CANONICAL_OPSET, "HardSwish"))).toThrow(
      'graph "net" is not in the canonical form: HardSwish (node "y")',
    );
    requireCanonical(canonicalize(net(14, "HardSwish")).graph);
  });

  test("says why a graph stays in another operator set", () => {
    const b = createBuilder({ name: "net", opset: 18 });
    const attributes = { antialias: int(1), mode: string("linear") };
    const sizes = b.initializer(lazyTensor("sizes", int64([1, 1, 2, 2])));
    b.output(b.node("Resize", [b.input("x", "float32", [1, 1, 4, 4]), "", "", sizes], { name: "y", attributes }));
    const { graph } = canonicalize(b.finish());
    expect(() => requireCanonical(graph)).toThrow(
      'graph "net" uses operator set 18; expected 17, in which it cannot be expressed: ' +
        'node "y": it is antialiased, which came with operator set 18',
    );
  });
});

test.each(Array.from({ length: MAX_OPSET - MIN_OPSET + 1 }, (_, index) => MIN_OPSET + index))(
  "operator set %i comes to the canonical one",
  async (opset) => {
    const b = createBuilder({ name: "net", opset });
    b.output(b.node("Relu", [b.node("Softmax", [b.input("x", "float32", ["N", 4])])], { name: "y" }));
    const { graph, report } = canonicalize(b.finish());
    expect([graph.opset, report.opset]).toEqual([CANONICAL_OPSET, { from: opset, to: CANONICAL_OPSET }]);
    const x = noise([2, 4], 1);
    expect(await interpret(graph, { x })).toEqual(await interpret(b.finish(), { x }));
  },
);

/** PyTorch's numbers: F is how far they are from the node's own, and the canonical form may be as far. */
test.each(recordedCases().map((item) => [item.name, item] as const))("%s, as PyTorch has it", async (_, item) => {
  const { graph, report } = canonicalize(nodeGraph(item));
  if (report.opset.to !== CANONICAL_OPSET) {
    expect(report.declined).not.toEqual([]);
    return;
  }
  const results = [...(await interpret(graph, inputsOf(item))).values()];
  for (const [index, expected] of item.expected.entries()) {
    expect(distance(results[index]!, expected)).toBeLessThanOrEqual(16);
  }
});

test("a decomposition that needs a type waits until folded sizes tell it", () => {
  const sizes = (name: string, ...values: number[]): LazyTensor => lazyTensor(name, int64(values));
  const constants = [
    sizes("count", 2),
    lazyTensor("axis", { dtype: "int64", shape: [], data: BigInt64Array.of(0n) }),
    sizes("list", 4, 3, 9),
    sizes("from", 0),
  ];
  const node = (op: string, inputs: string[], name: string, attributes: Node["attributes"] = {}): Node => {
    return { name, op, inputs, outputs: [name], attributes };
  };
  // Only the interpreter knows what CumSum makes of sizes: here even the number of axes. A file declares its output.
  const net: Graph = {
    name: "waits",
    opset: CANONICAL_OPSET,
    inputs: [{ name: "x", dtype: "float32", shape: [2, 6] }],
    outputs: [{ name: "norms", dtype: "float32", shape: [4, 1] }],
    values: new Map(),
    initializers: new Map(constants.map((tensor) => [tensor.name, tensor])),
    nodes: [
      node("CumSum", ["count", "axis"], "end"),
      node("Slice", ["list", "from", "end"], "target"),
      node("Reshape", ["x", "target"], "parts"),
      node("ReduceL2", ["parts"], "norms", { axes: ints([1]) }),
    ],
  };
  const { graph, report } = canonicalize(net);
  expect(graph.nodes.map(({ op }) => op)).toEqual(["Reshape", "Mul", "ReduceSum", "Sqrt"]);
  expect(report.declined).toEqual([]);
});
