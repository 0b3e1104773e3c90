import { castLazy, lazyTensor, type LazyTensor, renameLazy, UnsupportedError } from "@samoyed/core";
import { inferShapes } from "@samoyed/graph";
import { float, type Graph, int, type Node } from "@samoyed/ir";
import { ACTIVATION_NODES, namedNode } from "@samoyed/models";
import type { HeadLayer } from "./head-layers.ts";
import type { Head } from "./head.ts";
import type { HeadChoice } from "./head-settings.ts";

/** Shapes between a pooling and the features of a network without a classifier. */
const PASSING: ReadonlySet<string> = new Set(["Flatten", "Reshape", "Squeeze", "Identity"]);

/**
 * The value that a network pools into its features, [N, channels, height, width], and the nodes that pool it.
 *
 * @throws UnsupportedError when the features are something else than a mean.
 */
function pooledValue(
  { nodes, name }: Graph,
  features: string,
): { readonly map: string; readonly pooling: ReadonlySet<Node> } {
  const producers = new Map(nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)));
  const pooling = new Set<Node>();
  let node = producers.get(features);
  while (node !== undefined && PASSING.has(node.op)) {
    pooling.add(node);
    node = producers.get(node.inputs[0]!);
  }
  if (node?.op === "GlobalAveragePool") return { map: node.inputs[0]!, pooling: pooling.add(node) };
  throw new UnsupportedError(`the head takes twice as many features as ${name} has, whose features are no mean`, {
    hint: "Export the network with torch.export, and convert the .pt2 file.",
  });
}

/** Adds mean and maximum of a map, one after the other, as fastai's `AdaptiveConcatPool2d` has them. */
function concatenatedPooling(x: string, order: HeadChoice["pooling"]): readonly Node[] {
  const parts = order === "max-avg" ? ["head.max", "head.avg"] : ["head.avg", "head.max"];
  return [
    namedNode("GlobalAveragePool", [x], "head.avg"),
    namedNode("GlobalMaxPool", [x], "head.max"),
    namedNode("Concat", parts, "head.pool", { axis: int(1) }),
    namedNode("Flatten", ["head.pool"], "head.flat", { axis: int(1) }),
  ];
}

/**
 * Ends a network without a classifier in a head of its own: Linear layers, batch norms, and the activations that are chosen.
 * The output `features`, [N, width], becomes `logits`, [N, classes].
 *
 * @throws UnsupportedError when the head pools a map that the network does not have.
 */
export function appendHead(graph: Graph, { layers, last, pooling }: Head, choice: HeadChoice): Graph {
  const initializers = new Map(graph.initializers);
  let nodes: Node[] = [...graph.nodes];
  const add = (tensor: LazyTensor, name: string): string => {
    initializers.set(name, renameLazy(castLazy(tensor, "float32"), name));
    return name;
  };
  const constant = (value: number): string => {
    const name = `head.constant.${value}`;
    return add(lazyTensor(name, { dtype: "float32", shape: [], data: Float32Array.of(value) }), name);
  };
  const layerNode = (layer: HeadLayer, x: string, output: string): Node => {
    const { path, weight, bias } = layer;
    const inputs = [x, add(weight, `${path}.weight`), ...(bias === undefined ? [] : [add(bias, `${path}.bias`)])];
    if (layer.kind === "linear") return { ...namedNode("Gemm", inputs, output, { transB: int(1) }), name: path };
    const statistics = [add(layer.mean, `${path}.running_mean`), add(layer.variance, `${path}.running_var`)];
    return namedNode("BatchNormalization", [...inputs, ...statistics], output, { epsilon: float(choice.epsilon) });
  };
  let x = graph.outputs[0]!.name;
  if (pooling === "concatenated") {
    const pooled = pooledValue(graph, x);
    for (const { inputs } of pooled.pooling) for (const shape of inputs.slice(1)) initializers.delete(shape);
    nodes = [...nodes.filter((node) => !pooled.pooling.has(node)), ...concatenatedPooling(pooled.map, choice.pooling)];
    x = "head.flat";
  }
  for (const layer of layers) {
    const output = layer === last ? "logits" : layer.path;
    nodes.push(layerNode(layer, x, output));
    x = output;
    const activation = choice.activations.get(layer.path);
    if (activation === undefined || activation === "none") continue;
    nodes.push(...ACTIVATION_NODES[activation](x, `${layer.path}.act`, constant));
    x = `${layer.path}.act`;
  }
  const classes = last.weight.shape[0]!;
  const logits = { name: "logits", dtype: "float32" as const, shape: [graph.outputs[0]!.shape[0]!, classes] };
  return inferShapes({ ...graph, nodes, initializers, outputs: [logits, ...graph.outputs.slice(1)] });
}
