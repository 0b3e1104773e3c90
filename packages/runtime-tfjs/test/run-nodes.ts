import type { GraphNode } from "@samoyed/tfjs-file";
import type { Tensor, TypedArray } from "@tensorflow/tfjs-core";
import type { Engine } from "../src/engine-source.ts";
import { makeGraphModel } from "../src/graph-model.ts";

/** Computes values of a graph on the current engine, from tensors by the names of its inputs and constants. */
export function runNodes(
  { tf }: Engine,
  nodes: readonly GraphNode[],
  {
    fed,
    constants,
    wanted,
  }: {
    readonly fed: Readonly<Record<string, Tensor>>;
    readonly constants: Record<string, Tensor>;
    readonly wanted: readonly string[];
  },
): readonly { readonly shape: readonly number[]; readonly values: TypedArray }[] {
  const model = { label: "nodes", signature: { inputs: {}, outputs: {} }, versions: { producer: 1 } };
  const graph = makeGraphModel(tf, model, { nodes, tensors: constants });
  const results = graph.execute({ ...fed }, [...wanted]) as Tensor | Tensor[];
  return [results].flat().map((result) => ({ shape: result.shape, values: result.dataSync() }));
}
