import { describe, expect, test } from "vitest";
import { distance, inputsOf } from "../../test/canonical-case.ts";
import { nodeGraph, noise } from "../../test/helpers.ts";
import { recordedCases } from "../../test/recorded.ts";
import {
  CANONICAL_OPERATORS,
  CANONICAL_OPSET,
  canonicalize,
  createBuilder,
  DECOMPOSED_OPERATORS,
  interpret,
  INTERPRETED_OPERATORS,
  MAX_OPSET,
  MIN_OPSET,
} from "../index.ts";

describe("the list of operators", () => {
  test("every operator is canonical or decomposed into those that are, Dropout gone at inference", () => {
    const decomposed = [...DECOMPOSED_OPERATORS.keys()];
    expect([...CANONICAL_OPERATORS, ...decomposed, "Dropout"].toSorted()).toEqual(INTERPRETED_OPERATORS);
    for (const into of DECOMPOSED_OPERATORS.values())
      expect(CANONICAL_OPERATORS).toEqual(expect.arrayContaining([...into]));
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
