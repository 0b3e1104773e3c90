// Small edits of graphs, which are plain data: every edit gives a new graph.
import { bytesToArray, lazyTensor } from "@samoyed/core";
import { inferShapes } from "@samoyed/graph";

/** The nodes of an operator, in order of computation. */
export function nodesOf({ nodes }, op) {
  return nodes.filter((node) => node.op === op);
}

/** The node at a share of a list: 0 is the first, 1 the last. */
export function at(list, share) {
  return list[Math.round(share * (list.length - 1))];
}

/** Types and shapes anew: an edit may have changed them. */
export function inferred(graph) {
  return inferShapes({ ...graph, values: new Map() });
}

/** A graph with one node replaced by others, or by none. */
export function replaced(graph, node, ...others) {
  return inferred({ ...graph, nodes: graph.nodes.flatMap((one) => (one === node ? others : [one])) });
}

/** A graph in which whatever takes one value takes another. */
export function rerouted(graph, from, to) {
  const nodes = graph.nodes.map((node) => ({
    ...node,
    inputs: node.inputs.map((input) => (input === from ? to : input)),
  }));
  return { ...graph, nodes };
}

/** A graph with a weight's elements changed in place by a function. */
export async function reweighted(graph, name, change) {
  const old = graph.initializers.get(name);
  const data = bytesToArray((await old.read()).slice(), "float32");
  const changed = change(data, old.shape) ?? data;
  const initializers = new Map(graph.initializers);
  initializers.set(name, lazyTensor(name, { dtype: "float32", shape: old.shape, data: changed }));
  return { ...graph, initializers };
}

/** A graph with a new weight. */
export function withWeight(graph, name, shape, data, dtype = "float32") {
  const initializers = new Map(graph.initializers);
  initializers.set(name, lazyTensor(name, { dtype, shape, data }));
  return { ...graph, initializers };
}

/** A graph with a node between a value and all that takes it, the graph's output too. */
export function inserted(graph, value, op, { attributes = {}, inputs = [] } = {}) {
  const before = `${value}/planted`;
  const nodes = graph.nodes.flatMap((node) => {
    if (!node.outputs.includes(value)) return [node];
    const outputs = node.outputs.map((output) => (output === value ? before : output));
    return [
      { ...node, outputs },
      { name: `planted ${op}`, op, inputs: [before, ...inputs], outputs: [value], attributes },
    ];
  });
  return inferred({ ...graph, nodes });
}
