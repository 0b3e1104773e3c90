import { castLazy, type LazyTensor, renameLazy } from "@samoyed/core";
import { inferShapes } from "@samoyed/graph";
import { type Graph, int, type Node } from "@samoyed/ir";
import { type Head, hasActivation, type Linear } from "./head.ts";

/**
 * Ends a network without a classifier in a head of several layers: Linear, and ReLU where the numbers of the modules
 * leave a place for an activation. The output `features`, [N, width], becomes `logits`, [N, classes].
 */
export function appendHead(graph: Graph, { hidden, last }: Head): Graph {
  const initializers = new Map(graph.initializers);
  const nodes: Node[] = [...graph.nodes];
  const add = (tensor: LazyTensor, name: string): string => {
    initializers.set(name, renameLazy(castLazy(tensor, "float32"), name));
    return name;
  };
  const layers = [...hidden, last];
  let x = graph.outputs[0]!.name;
  layers.forEach(({ path, weight, bias }: Linear, index) => {
    const isLast = index === layers.length - 1;
    const output = isLast ? "logits" : path;
    nodes.push({
      name: path,
      op: "Gemm",
      inputs: [x, add(weight, `${path}.weight`), ...(bias === undefined ? [] : [add(bias, `${path}.bias`)])],
      outputs: [output],
      attributes: { transB: int(1) },
    });
    x = output;
    if (!isLast && hasActivation(path, layers[index + 1]!.path)) {
      const name = `${path}.act`;
      nodes.push({ name, op: "Relu", inputs: [x], outputs: [name], attributes: {} });
      x = name;
    }
  });
  const classes = last.weight.shape[0]!;
  const logits = { name: "logits", dtype: "float32" as const, shape: [graph.outputs[0]!.shape[0]!, classes] };
  return inferShapes({ ...graph, nodes, initializers, outputs: [logits, ...graph.outputs.slice(1)] });
}
