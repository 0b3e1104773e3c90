import type { LazyTensor } from "@samoyed/core";
import { type Graph, type Node, readInt, readInts } from "@samoyed/ir";
import type { WeightLayout } from "@samoyed/smyd-file";

/** Order of a weight's elements in the file. */
export interface ChosenLayout {
  readonly layout: WeightLayout;
  readonly groups: number;
}

const PLAIN: ChosenLayout = { layout: "plain", groups: 1 };
const PANELS: ChosenLayout = { layout: "panel8", groups: 1 };

/**
 * The layout of each initializer: what convolutions and matrix products multiply by is packed for the kernels,
 * everything else stays as ONNX has it. A weight that is used in two ways stays plain.
 */
export function chooseLayouts(graph: Graph): ReadonlyMap<string, ChosenLayout> {
  const chosen = new Map<string, ChosenLayout>();
  const transposed = transposedMatrices(graph);
  const use = (name: string, wanted: ChosenLayout): void => {
    const earlier = chosen.get(name) ?? wanted;
    chosen.set(name, earlier.layout === wanted.layout && earlier.groups === wanted.groups ? wanted : PLAIN);
  };
  for (const node of graph.nodes) {
    for (const [index, name] of node.inputs.entries()) {
      const weight = graph.initializers.get(name);
      if (weight !== undefined)
        use(name, transposed.has(node) ? PANELS : index === 1 ? layoutFor(node, weight) : PLAIN);
    }
  }
  for (const { name } of graph.outputs) use(name, PLAIN);
  return new Map(Array.from(graph.initializers.keys(), (name) => [name, chosen.get(name) ?? PLAIN]));
}

/** The nodes that transpose a constant matrix for products alone: PyTorch exports a linear layer so. */
function transposedMatrices({ nodes, initializers, outputs }: Graph): ReadonlySet<Node> {
  const found = new Map<string, Node>();
  for (const node of nodes) {
    const weight = node.op === "Transpose" ? initializers.get(node.inputs[0]!) : undefined;
    if (weight?.dtype !== "float32" || weight.shape.length !== 2 || weight.shape.includes(0)) continue;
    if ((readInts(node, "perm") ?? [1, 0]).join() === "1,0") found.set(node.outputs[0]!, node);
  }
  for (const node of nodes) {
    for (const [index, name] of node.inputs.entries()) {
      const multiplies = node.op === "MatMul" || (node.op === "Gemm" && readInt(node, "transB", 0) === 0);
      if (index !== 1 || !multiplies) found.delete(name);
    }
  }
  for (const { name } of outputs) found.delete(name);
  return new Set(found.values());
}

/** Layout that a node's second operand should have. */
function layoutFor(node: Node, { dtype, shape }: LazyTensor): ChosenLayout {
  if (dtype !== "float32" || shape.includes(0)) return PLAIN;
  switch (node.op) {
    case "Conv":
      return convLayout(shape, readInt(node, "group", 1));
    case "Gemm":
      if (shape.length !== 2) return PLAIN;
      return { layout: readInt(node, "transB", 0) === 0 ? "panel8-transposed" : "panel8", groups: 1 };
    case "MatMul":
      return shape.length === 2 ? { layout: "panel8-transposed", groups: 1 } : PLAIN;
    default:
      return PLAIN;
  }
}

function convLayout(shape: readonly number[], groups: number): ChosenLayout {
  const [outputs, groupInputs] = shape;
  // Three-dimensional convolutions have no kernel; groups that do not divide are the verifier's to refuse.
  if ((shape.length !== 3 && shape.length !== 4) || outputs! % groups !== 0) return PLAIN;
  if (groupInputs === 1 && outputs === groups && groups > 1) return { layout: "depthwise", groups };
  return { layout: "panel8", groups };
}
