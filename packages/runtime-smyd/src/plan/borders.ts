import type { ResolvedModel } from "./resolve.ts";
import { largestPadding } from "./window.ts";

/**
 * For each value that convolutions read, the widest padding that one of them has: the border that its buffer carries, so
 * that no kernel has to look where an image ends.
 */
export function bordersOf({ graph, weights }: ResolvedModel): ReadonlyMap<string, number> {
  const borders = new Map<string, number>();
  for (const node of graph.nodes) {
    if (node.op !== "Conv") continue;
    const kernel = weights.get(node.inputs[1]!)?.shape.slice(2);
    // A weight that is computed is refused later.
    if (kernel === undefined || kernel.length === 0) continue;
    const name = node.inputs[0]!;
    borders.set(name, Math.max(borders.get(name) ?? 0, largestPadding(node, kernel)));
  }
  return borders;
}
