import { contiguousStrides, elementCount } from "@samoyed/core";
import { int, isKnown, readInt } from "@samoyed/ir";
import { knownInput, reshapeTarget, unknownInput } from "../known-shape.ts";
import type { Emit, NodeRule } from "../rule.ts";

/*
 * Indices into several axes are one index into those axes as one:
 *
 *   GatherND(x [a, b, rest], [[i, j], …]) = Gather(Reshape(x, [a · b, rest]), [i · b + j, …])
 *
 * Negative indices get their axis's size first. An index into one axis alone is Gather's own.
 */

/** One index into some axes as one, for each list of indices into those axes. */
export function flatIndices(indices: string, sizes: readonly number[], emit: Emit): string {
  const last = emit.ints([-1]);
  const moved = emit.node("Add", [indices, emit.ints(sizes)]);
  const isNegative = emit.node("Less", [indices, emit.scalar(0, "int64")]);
  const front = emit.node("Where", [isNegative, moved, indices]);
  const products = emit.node("Mul", [front, emit.ints(contiguousStrides(sizes))]);
  return emit.node("ReduceSum", [products, last], { keepdims: int(0) });
}

/** Spells GatherND by Gather, where the sizes of the indexed axes are known. */
export const gatherND: NodeRule = {
  name: "gatherND",
  ops: ["GatherND"],
  into: ["Add", "Gather", "Less", "Mul", "ReduceSum", "Reshape", "Squeeze", "Where"],
  check(node, view) {
    const unknown = unknownInput(node, view) ?? unknownInput(node, view, 1);
    if (unknown !== undefined) return unknown;
    if (readInt(node, "batch_dims", 0) !== 0) return "it goes along batch axes";
    const { shape } = knownInput(node, view);
    const depth = knownInput(node, view, 1).shape.at(-1) as number;
    if (depth === 1) return undefined;
    const sizes = shape.slice(0, depth);
    if (!isKnown(sizes)) return "it indexes several axes, of which the sizes are not known";
    const target = reshapeTarget(shape, [elementCount(sizes), ...shape.slice(depth)]);
    return target === undefined ? "the sizes of what it takes are not known" : undefined;
  },
  expand(node, emit) {
    const [x, indices] = node.inputs as [string, string];
    const { shape } = knownInput(node, emit.view);
    const depth = knownInput(node, emit.view, 1).shape.at(-1) as number;
    const axis = { axis: int(0) };
    if (depth === 1) {
      emit.result("Gather", [x, emit.node("Squeeze", [indices, emit.ints([-1])])], axis);
      return;
    }
    const sizes = shape.slice(0, depth) as number[];
    const flat = flatIndices(indices, sizes, emit);
    const rows = emit.node("Reshape", [
      x,
      emit.ints(reshapeTarget(shape, [elementCount(sizes), ...shape.slice(depth)])!),
    ]);
    emit.result("Gather", [rows, flat], axis);
  },
};
