import { elementCount, tensorByteLength } from "@samoyed/core";
import { type Graph, type Node, readInt } from "@samoyed/ir";
import { groupCost, type GroupShape } from "./group-cost.ts";

/** Number of neighboring groups that become one convolution, by the grouped convolution's node name. */
export type GroupPlan = ReadonlyMap<string, number>;

/** Pixels where the size of the image is open: 28 × 28, between a network's first and last stage. */
const OPEN_PIXELS = 28 * 28;

interface Candidate {
  readonly node: string;
  readonly shape: GroupShape;
  /** Bytes of the filter, of which a merge of m writes m times as many. */
  readonly bytes: number;
}

/**
 * Chooses for every grouped convolution how many groups to merge: the choice that saves most time by the cost model, as
 * long as all merges together make the weights at most `budget` times larger (0.1 is a tenth). Where that does not
 * reach for all, the merges that save most time per byte go first.
 */
export function planGroups(graph: Graph, budget: number): GroupPlan {
  const total = Array.from(graph.initializers.values()).reduce(
    (sum, { dtype, shape }) => sum + tensorByteLength(dtype, shape),
    0,
  );
  const candidates = graph.nodes.flatMap((node) => candidateOf(node, graph) ?? []);
  const plan = new Map(candidates.map(({ node }) => [node, 1]));
  let left = total * budget;
  for (;;) {
    let best:
      | { readonly node: string; readonly merge: number; readonly bytes: number; readonly rate: number }
      | undefined;
    for (const { node, shape, bytes } of candidates) {
      const now = plan.get(node)!;
      for (const merge of divisors(shape.groups)) {
        const more = (merge - now) * bytes;
        if (merge <= now || more > left) continue;
        const rate = (groupCost(shape, now) - groupCost(shape, merge)) / more;
        if (rate > (best?.rate ?? 0)) best = { node, merge, bytes: more, rate };
      }
    }
    if (best === undefined) return plan;
    plan.set(best.node, best.merge);
    left -= best.bytes;
  }
}

function candidateOf(node: Node, graph: Graph): Candidate | undefined {
  const groups = node.op === "Conv" ? readInt(node, "group", 1) : 1;
  const filter = graph.initializers.get(node.inputs[1] ?? "");
  if (groups === 1 || filter === undefined) return undefined;
  const [filters, inputs, ...kernel] = filter.shape as [number, number, ...number[]];
  // Depthwise convolutions have an operator of their own.
  if (inputs === 1) return undefined;
  const pixels = (name: string): number => {
    const shape =
      graph.values.get(name)?.shape ?? [...graph.inputs, ...graph.outputs].find((port) => port.name === name)?.shape;
    const sizes = shape?.slice(2) ?? ["?"];
    return sizes.every((size) => typeof size === "number") ? elementCount(sizes) : OPEN_PIXELS;
  };
  return {
    node: node.name,
    bytes: tensorByteLength(filter.dtype, filter.shape),
    shape: {
      inputPixels: pixels(node.inputs[0]!),
      outputPixels: pixels(node.outputs[0]!),
      groups,
      inputs,
      outputs: filters / groups,
      taps: elementCount(kernel),
    },
  };
}

function divisors(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index + 1).filter((divisor) => count % divisor === 0);
}
