import type { Graph, Node } from "@samoyed/ir";

/** The same graph without the weights and nodes that nothing uses. */
export function withoutUnused(graph: Graph): Graph {
  const used = new Set(graph.outputs.map((output) => output.name));
  const nodes: Node[] = [];
  for (const node of graph.nodes.toReversed()) {
    if (!node.outputs.some((name) => used.has(name))) continue;
    // An omitted input has no name, and neither has an output that is left out.
    for (const name of node.inputs) if (name !== "") used.add(name);
    nodes.push(node);
  }
  return {
    ...graph,
    nodes: nodes.toReversed(),
    initializers: new Map([...graph.initializers].filter(([name]) => used.has(name))),
  };
}
