import type { Graph } from "@samoyed/ir";

/**
 * The same graph without the nodes and initializers that no output needs: ONNX lets a file carry them, and a graph here
 * has none (`verifyGraph`). Inputs stay, for they are the caller's.
 */
export function dropUnused(graph: Graph): Graph {
  const needed = new Set(graph.outputs.map((output) => output.name));
  // Nodes stand in topological order, so one walk from the end meets every user before what it uses.
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
