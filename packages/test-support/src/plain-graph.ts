import type { LazyTensor, Shape } from "@samoyed/core";
import type { Graph } from "@samoyed/ir";

/** A tensor in a form that can be compared. */
interface PlainTensor {
  readonly name: string;
  readonly dtype: string;
  readonly shape: Shape;
  readonly bytes: readonly number[];
}

async function plainTensor(tensor: LazyTensor): Promise<PlainTensor> {
  return { name: tensor.name, dtype: tensor.dtype, shape: tensor.shape, bytes: [...(await tensor.read())] };
}

/** Reads a graph's tensors and returns it in a form that can be compared. */
export async function plainGraph(graph: Graph): Promise<unknown> {
  const nodes = graph.nodes.map(async (node) => {
    const attributes = Object.entries(node.attributes).map(async ([name, attribute]) => [
      name,
      attribute.type === "tensor" ? { type: "tensor", value: await plainTensor(attribute.value) } : attribute,
    ]);
    return { ...node, attributes: await Promise.all(attributes) };
  });
  return {
    ...graph,
    nodes: await Promise.all(nodes),
    initializers: await Promise.all(Array.from(graph.initializers.values(), plainTensor)),
    values: [...graph.values],
  };
}
