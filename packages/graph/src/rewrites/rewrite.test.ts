import { lazyTensor } from "@samoyed/core";
import { expect, test } from "vitest";
import { floats32 } from "../../test/helpers.ts";
import {
  createBuilder,
  defineRewrite,
  dropIdentities,
  foldBatchNorm,
  foldConstants,
  fusePad,
  rewriteGraph,
} from "../index.ts";
import type { Node } from "@samoyed/ir";

function twoRelus() {
  const b = createBuilder({ name: "net" });
  b.output(b.node("Relu", [b.node("Relu", [b.input("x", "float32", [1])])]));
  return b.finish();
}

test("a rewrite that breaks the graph is caught by the verifier", () => {
  const broken = defineRewrite<Node>({
    name: "broken",
    pattern: (node) => (node.op === "Relu" ? node : undefined),
    check: () => undefined,
    rewrite: (node) => ({ remove: [node] }),
  });
  expect(() => rewriteGraph(twoRelus(), [broken])).toThrow(/graph output "Relu_2" is assigned by nothing/);
});

test("a rewrite runs until it finds nothing more, and sees what it made", () => {
  // Relu(Relu(x)) = Relu(x), pair by pair.
  const merge = defineRewrite<{ first: Node; second: Node }>({
    name: "merge",
    pattern(second, view) {
      const first = view.producer(second.inputs[0]!);
      return second.op === "Relu" && first?.op === "Relu" ? { first, second } : undefined;
    },
    check: () => undefined,
    rewrite: ({ first, second }) => ({ remove: [first, second], insert: [{ ...second, inputs: first.inputs }] }),
  });
  const b = createBuilder({ name: "net" });
  let x = b.input("x", "float32", [1]);
  for (let count = 0; count < 9; count++) x = b.node("Relu", [x]);
  b.output(x);
  const { graph, applied } = rewriteGraph(b.finish(), [merge]);
  expect(graph.nodes).toHaveLength(1);
  expect(applied).toHaveLength(8);
});

test("a graph without matches comes back as it was", () => {
  const graph = twoRelus();
  const result = rewriteGraph(graph, [foldBatchNorm, dropIdentities, foldConstants, fusePad]);
  expect(result).toEqual({ graph, applied: [], declined: [] });
});

test("the four rewrites work together: Pad, Conv and BatchNormalization become one Conv", () => {
  const b = createBuilder({ name: "net" });
  const x = b.input("x", "float32", ["N", 1, 4, 4]);
  const weight = (name: string, shape: number[]): string =>
    b.initializer(lazyTensor(name, floats32(shape, new Array(shape.reduce((p, n) => p * n, 1)).fill(0.5))));
  const pads = b.initializer(
    lazyTensor("pads", { dtype: "int64", shape: [8], data: new BigInt64Array([0n, 0n, 1n, 1n, 0n, 0n, 1n, 1n]) }),
  );
  const computed = b.node("Identity", [pads]);
  const conv = b.node("Conv", [b.node("Pad", [b.node("Dropout", [x]), computed]), weight("w", [2, 1, 3, 3])]);
  b.output(b.node("BatchNormalization", [conv, ...["a", "b", "c", "d"].map((name) => weight(name, [2]))]));
  const { graph } = rewriteGraph(b.finish(), [dropIdentities, foldConstants, fusePad, foldBatchNorm]);
  expect(graph.nodes.map((node) => node.op)).toEqual(["Conv"]);
});
