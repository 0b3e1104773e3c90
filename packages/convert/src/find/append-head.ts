import { castLazy, type LazyTensor, renameLazy } from "@samoyed/core";
import { inferShapes } from "@samoyed/graph";
import { type Graph, int, type Node } from "@samoyed/ir";
import type { HeadActivation } from "./head-settings.ts";
import { type Head, hasActivation, type Linear } from "./head.ts";

/** The nodes of an activation; none for none. */
function activationNodes(activation: HeadActivation, x: string, name: string): readonly Node[] {
  const node = (op: string, inputs: readonly string[], output = name): Node => ({
    name: output,
    op,
    inputs,
    outputs: [output],
    attributes: {},
  });
  switch (activation) {
    case "relu":
      return [node("Relu", [x])];
    case "tanh":
      return [node("Tanh", [x])];
    case "silu":
      return [node("Sigmoid", [x], `${name}.gate`), node("Mul", [x, `${name}.gate`])];
    default:
      return [];
  }
}

/**
 * Ends a network without a classifier in a head of several layers: Linear, and an activation where the numbers of the
 * modules leave a place for one. The output `features`, [N, width], becomes `logits`, [N, classes].
 */
export function appendHead(graph: Graph, { hidden, last }: Head, activation: HeadActivation): Graph {
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
      const added = activationNodes(activation, x, `${path}.act`);
      nodes.push(...added);
      x = added.at(-1)?.outputs[0] ?? x;
    }
  });
  const classes = last.weight.shape[0]!;
  const logits = { name: "logits", dtype: "float32" as const, shape: [graph.outputs[0]!.shape[0]!, classes] };
  return inferShapes({ ...graph, nodes, initializers, outputs: [logits, ...graph.outputs.slice(1)] });
}
