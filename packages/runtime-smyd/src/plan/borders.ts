import { kernelExtent, readWindow } from "@samoyed/ir";
import type { PlanNode } from "./model.ts";
import type { ResolvedModel } from "./resolve.ts";
import type { Shapes } from "./sizes.ts";
import { transposedPhases } from "./transposed-phases.ts";

/**
 * For each value that convolutions read, the widest padding that one of them has: the border that its buffer carries,
 * so that no kernel has to look where an image ends.
 */
export function bordersOf({ graph }: ResolvedModel, { types }: Pick<Shapes, "types">): ReadonlyMap<string, number> {
  const borders = new Map<string, number>();
  for (const node of graph.nodes) {
    if (node.op !== "Conv" && node.op !== "ConvTranspose") continue;
    const [input, kernel] = node.inputs.map((name) => types.get(name)?.shape.slice(2) ?? []) as [number[], number[]];
    if (kernel.length === 0) continue;
    const name = node.inputs[0]!;
    const border =
      node.op === "Conv"
        ? largestPadding(node, kernel)
        : Math.max(...transposedPhases(node, kernel, input).map((axis) => axis.border));
    borders.set(name, Math.max(borders.get(name) ?? 0, border));
  }
  return borders;
}

/** The padding on any side that a convolution may need; exact but for SAME, where it depends on the image. */
function largestPadding(node: PlanNode, kernel: readonly number[]): number {
  const window = readWindow(node, kernel);
  if (window.pads !== undefined) return Math.max(...window.pads.begin, ...window.pads.end);
  return Math.max(...kernel.map((_, axis) => kernelExtent(window, axis))) - 1;
}
