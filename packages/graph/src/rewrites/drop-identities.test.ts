import { lazyTensor } from "@samoyed/core";
import { noise } from "@samoyed/test-support/tensors";
import { describe, expect, test } from "vitest";
import { int64 } from "../../test/helpers.ts";
import { createBuilder, dropIdentities, type GraphBuilder, interpret, rewriteGraph } from "../index.ts";
import { type Graph, int, ints } from "@samoyed/ir";

function network(
  middle: (b: GraphBuilder, x: string) => string,
  end: (b: GraphBuilder, x: string) => string = (b, x) => b.node("Relu", [x], { name: "y" }),
): Graph {
  const b = createBuilder({ name: "net" });
  b.input("x", "float32", ["N", 3]);
  b.output(end(b, middle(b, b.node("Sigmoid", ["x"], { name: "s" }))));
  return b.finish();
}

async function expectSame(before: Graph, after: Graph): Promise<void> {
  const x = noise([2, 3], 5);
  expect([...(await interpret(after, { x }))]).toEqual([...(await interpret(before, { x }))]);
}

describe("dropIdentities", () => {
  const identities: Record<string, (b: GraphBuilder, x: string) => string> = {
    Identity: (b, x) => b.node("Identity", [x]),
    Dropout: (b, x) => b.node("Dropout", [x]),
    "Dropout with an unused mask": (b, x) => b.node("Dropout", [x], { outputs: ["d", "mask"] }),
    "Dropout with training_mode false": (b, x) => {
      const off = b.initializer(lazyTensor("off", { dtype: "bool", shape: [], data: new Uint8Array([0]) }));
      return b.node("Dropout", [x, "", off]);
    },
    "Pad by nothing": (b, x) => b.node("Pad", [x, b.initializer(lazyTensor("pads", int64([0, 0, 0, 0])))]),
    "Concat of one value": (b, x) => b.node("Concat", [x], { attributes: { axis: int(1) } }),
    "Transpose of no axes": (b, x) => b.node("Transpose", [x], { attributes: { perm: ints([0, 1]) } }),
    "Cast to the same type": (b, x) => b.node("Cast", [x], { attributes: { to: int(1) } }),
    "Expand to the same shape": (b, x) => b.node("Expand", [x, b.initializer(lazyTensor("sizes", int64([1, 3])))]),
    "Reshape to the same shape": (b, x) => b.node("Reshape", [x, b.initializer(lazyTensor("sizes", int64([-1, 3])))]),
    "a chain": (b, x) => b.node("Identity", [b.node("Identity", [b.node("Dropout", [x])])]),
  };
  test.each(Object.entries(identities))("drops %s", async (_, middle) => {
    const graph = network(middle);
    const { graph: result, applied } = rewriteGraph(graph, [dropIdentities]);
    expect(result.nodes.map((node) => [node.op, ...node.inputs])).toEqual([
      ["Sigmoid", "x"],
      ["Relu", "s"],
    ]);
    expect(applied).toHaveLength(graph.nodes.length - 2);
    expect(result.initializers.size).toBe(0);
    await expectSame(graph, result);
  });

  const others: Record<string, (b: GraphBuilder, x: string) => string> = {
    "a Cast to another type": (b, x) =>
      b.node("Cast", [b.node("Cast", [x], { attributes: { to: int(11) } })], { attributes: { to: int(1) } }),
    "a Concat of a value with itself": (b, x) =>
      b.node("Slice", [
        b.node("Concat", [x, x], { attributes: { axis: int(1) } }),
        ...[0, 3, 1].map((at, index) => b.initializer(lazyTensor(`at${index}`, int64([at])))),
      ]),
    "a Transpose of two axes, twice": (b, x) => b.node("Transpose", [b.node("Transpose", [x])]),
    "an Expand to more rows": (b, x) => b.node("Expand", [x, b.initializer(lazyTensor("sizes", int64([2, 1, 3])))]),
    "a Reshape to other rows": (b, x) => b.node("Reshape", [x, b.initializer(lazyTensor("sizes", int64([3, -1])))]),
    "a Pad by something": (b, x) => b.node("Pad", [x, b.initializer(lazyTensor("pads", int64([0, 0, 0, 1])))]),
  };
  test.each(Object.entries(others))("leaves %s", (_, middle) => {
    const graph = network(middle);
    expect(rewriteGraph(graph, [dropIdentities])).toMatchObject({
      graph: { nodes: graph.nodes },
      applied: [],
      declined: [],
    });
  });

  test("keeps the name of a graph output, also for the value's other users", async () => {
    const graph = network(
      (b, x) => {
        b.output(b.node("Relu", [x], { name: "r" }));
        return x;
      },
      (b, x) => b.node("Identity", [x], { name: "y" }),
    );
    const { graph: result } = rewriteGraph(graph, [dropIdentities]);
    expect(result.nodes.map((node) => [node.op, ...node.inputs, ...node.outputs])).toEqual([
      ["Sigmoid", "x", "y"],
      ["Relu", "y", "r"],
    ]);
    expect(result.outputs).toEqual(graph.outputs);
    await expectSame(graph, result);
  });

  test("declines where a name would be lost", () => {
    const direct = createBuilder({ name: "net" });
    direct.output(direct.node("Identity", [direct.input("x", "float32", [1])], { name: "y" }));
    expect(rewriteGraph(direct.finish(), [dropIdentities]).declined).toEqual([
      {
        rewrite: "dropIdentities",
        node: "y",
        reason: `its output "y" is a graph output, and its input "x" is no node's to rename`,
      },
    ]);
    const both = network(
      (b, x) => (b.output(x), x),
      (b, x) => b.node("Identity", [x], { name: "y" }),
    );
    expect(rewriteGraph(both, [dropIdentities]).declined[0]?.reason).toBe(
      'its output "y" and its input "s" are both graph outputs',
    );
  });

  test("declines a Dropout whose mask is used, or that may be training", () => {
    const masked = network((b, x) => {
      b.node("Dropout", [x], { outputs: ["d", "mask"] });
      b.output(b.node("Not", ["mask"]));
      return "d";
    });
    expect(rewriteGraph(masked, [dropIdentities]).declined[0]?.reason).toBe('its mask "mask" is used');
    const training = network((b, x) => b.node("Dropout", [x, "", b.input("training", "bool", [])]));
    expect(rewriteGraph(training, [dropIdentities]).declined[0]?.reason).toBe("it may be in training mode");
  });
});
