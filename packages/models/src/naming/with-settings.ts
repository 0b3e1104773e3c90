import { MismatchError } from "@samoyed/core";
import type { Graph, Node } from "@samoyed/ir";
import type { Settings } from "./naming.ts";

const NORMS: ReadonlySet<string> = new Set([
  "BatchNormalization",
  "GroupNormalization",
  "InstanceNormalization",
  "LayerNormalization",
]);

/**
 * The heads of attention of a graph whose queries, keys and values are one product, reshaped to [batch, places, 3, heads,
 * width]. Windows are cut by reshapes of as many axes: a weight with all rows must be there.
 */
export function attentionHeads({ nodes, initializers }: Graph): readonly number[] {
  const rows = new Set([...initializers.values()].map(({ shape }) => shape[0]));
  const found = new Set<number>();
  for (const { op, inputs } of nodes) {
    const shape = op === "Reshape" ? initializers.get(inputs[1]!)?.tensor?.data : undefined;
    if (shape?.length !== 5) continue;
    const [parts, heads, width] = Array.from(shape.slice(2), Number) as [number, number, number];
    if (parts === 3 && rows.has(parts * heads * width)) found.add(heads);
  }
  return [...found].sort((a, b) => a - b);
}

function withEpsilon(node: Node, { epsilons }: Pick<Settings, "epsilons">): Node {
  if (!NORMS.has(node.op)) return node;
  const found = epsilons.find(({ paths }) => paths.test(node.name));
  if (found === undefined) return node;
  const epsilon = { type: "float", value: Math.fround(found.value) } as const;
  return { ...node, attributes: { ...node.attributes, epsilon } };
}

/**
 * The graph with other epsilons.
 *
 * @throws MismatchError when it has other heads of attention.
 */
export function withSettings(graph: Graph, { epsilons, heads }: Pick<Settings, "epsilons" | "heads">): Graph {
  const own = attentionHeads(graph);
  const expected = [...new Set(heads)].sort((a, b) => a - b);
  if (heads !== undefined && own.length > 0 && String(own) !== String(expected)) {
    throw new MismatchError(
      `config.json says ${expected.join(", ")} heads of attention; the network of these tensors that timm has, ${graph.name}, has ${own.join(", ")}`,
      { hint: "Export the network with torch.export, and convert the .pt2 file.", details: { heads: expected, own } },
    );
  }
  return epsilons.length === 0
    ? graph
    : { ...graph, nodes: graph.nodes.map((node) => withEpsilon(node, { epsilons })) };
}
