import type { Dim, Node, ValueType } from "@samoyed/ir";
import type { GraphView } from "../rewrites/graph-view.ts";

/** The reason for leaving a node whose input's shape decides, when that is not known; else `undefined`. */
export function unknownInput(node: Node, view: GraphView, index = 0): string | undefined {
  const name = node.inputs[index] ?? "";
  return view.type(name) === undefined ? `the shape of "${name}" is not known` : undefined;
}

/** The type of an input that `unknownInput` has found known. */
export function knownInput(node: Node, view: GraphView, index = 0): ValueType {
  return view.type(node.inputs[index]!)!;
}

/** An axis counted from the front; inference has checked its range. */
export function frontAxis(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis;
}

/**
 * The constant second input of a Reshape from one shape to another with the same elements: known sizes as they are, 0
 * where a symbol is the input's at the same axis, -1 for one symbol besides; `undefined` where that does not suffice.
 */
export function reshapeTarget(from: readonly Dim[], to: readonly Dim[]): readonly number[] | undefined {
  // A size of 0 would be read as a copy, and makes -1 ambiguous.
  if (to.includes(0) || from.includes(0)) return undefined;
  const target = to.map((dim, axis) => (typeof dim === "number" ? dim : dim === from[axis] ? 0 : -1));
  return target.indexOf(-1) === target.lastIndexOf(-1) ? target : undefined;
}
