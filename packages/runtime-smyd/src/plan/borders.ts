import type { Operators } from "./operator.ts";
import type { ResolvedModel } from "./resolve.ts";
import type { Shapes } from "./sizes.ts";

/**
 * For each value that convolutions read, the widest padding that one of them has: the border that its buffer carries,
 * so that no kernel has to look where an image ends.
 */
export function bordersOf(
  { graph }: ResolvedModel,
  { types, operators }: Pick<Shapes, "types"> & { readonly operators: Operators },
): ReadonlyMap<string, number> {
  const borders = new Map<string, number>();
  for (const node of graph.nodes) {
    const { border: borderOf } = operators.get(node.op)!;
    if (borderOf === undefined) continue;
    const [input, kernel] = node.inputs.map((name) => types.get(name)?.shape.slice(2) ?? []) as [number[], number[]];
    if (kernel.length === 0) continue;
    const name = node.inputs[0]!;
    borders.set(name, Math.max(borders.get(name) ?? 0, borderOf(node, kernel, input)));
  }
  return borders;
}
