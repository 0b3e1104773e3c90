import type { Graph } from "@samoyed/ir";

/**
 * Removes the nodes and initializers that no output needs: ONNX allows them in a file, a graph here does not
 * (`verifyGraph`). Inputs are kept: they are the graph's interface.
 */
export function dropUnused(graph: Graph): Graph {
  const needed = new Set(graph.outputs.map((output) => output.name));
  // Nodes are in topological order, so one pass from the end visits every user before the values that it uses.
  const nodes = graph.nodes.toReversed().filter((node) => {
    const used = node.outputs.some((name) => needed.has(name));
    if (used) for (const name of node.inputs) needed.add(name);
    return used;
  });
  const assigned = new Set(nodes.flatMap((node) => node.outputs));
  return {
    ...graph,
    nodes: nodes.toReversed(),
    initializers: new Map([...graph.initializers].filter(([name]) => needed.has(name))),
    values: new Map([...graph.values].filter(([name]) => assigned.has(name))),
  };
}
