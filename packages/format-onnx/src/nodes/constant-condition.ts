import { ShapeError, UnsupportedError } from "@samoyed/core";
import { foldConstants, rewriteGraph, withoutUnused } from "@samoyed/graph";
import type { Graph, Node } from "@samoyed/ir";

/** The part of a graph that a value may depend on. */
export type Above = Pick<Graph, "opset" | "inputs" | "initializers" | "nodes">;

function freeName(base: string, { inputs, initializers, nodes }: Above): string {
  const taken = new Set([
    ...inputs.map(({ name }) => name),
    ...initializers.keys(),
    ...nodes.flatMap((node) => node.outputs),
  ]);
  let name = base;
  while (taken.has(name)) name += "'";
  return name;
}

/**
 * The value of a condition that is the same for every input: a constant, or computed from constants and sizes that are
 * known; `undefined` where it is not.
 */
export function constantCondition(condition: string, above: Above): boolean | undefined {
  const result = freeName("result", above);
  // The condition itself may not be an output: folding leaves those.
  const user: Node = { name: "", op: "Not", inputs: [condition], outputs: [result], attributes: {} };
  const nodes = [...above.nodes, user].map((node, place) => ({ ...node, name: `node${place}` }));
  const cone = withoutUnused({
    ...above,
    name: "condition",
    nodes,
    outputs: [{ name: result, dtype: "bool", shape: [] }],
    values: new Map(),
  });
  try {
    const { graph } = rewriteGraph(cone, [foldConstants]);
    const [value] = graph.initializers.get(condition)?.tensor?.data ?? [];
    return value === undefined ? undefined : Number(value) !== 0;
  } catch (error) {
    // What cannot be computed here is no constant; the rest of the file shows what is wrong with it.
    if (error instanceof UnsupportedError || error instanceof ShapeError) return undefined;
    throw error;
  }
}
