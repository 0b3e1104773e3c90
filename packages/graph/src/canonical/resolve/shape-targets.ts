import type { Dim, Node } from "@samoyed/ir";
import type { GraphView } from "../../rewrites/graph-view.ts";
import { reshapeTarget } from "../known-shape.ts";
import type { NodeRule } from "../rule.ts";

/*
 * Exporters compute the target of a Reshape from the input's Shape so that the batch stays open. Where only symbols
 * that the input has at the same axis and one size besides are open, a constant says the same:
 *
 *   Reshape(x [N, 3, 4], Concat(Shape(x)[0], [12])) = Reshape(x, [0, 12])
 *   Expand(x [N, 1, 4], Concat(Shape(x)[0], [5, 4])) = Expand(x, [1, 5, 4])
 */

/** The constant that expands one shape to another: a size of 1 keeps the input's. */
function expandTarget(from: readonly Dim[], to: readonly Dim[]): readonly number[] | undefined {
  const missing = to.length - from.length;
  const target = to.map((dim, axis) => (typeof dim === "number" ? dim : dim === from[axis - missing] ? 1 : undefined));
  return target.every((size) => size !== undefined) ? target : undefined;
}

function targetOf(node: Node, view: GraphView): readonly number[] | undefined {
  const [from, to] = [view.type(node.inputs[0]!)?.shape, view.type(node.outputs[0]!)?.shape];
  if (from === undefined || to === undefined) return undefined;
  return node.op === "Reshape" ? reshapeTarget(from, to) : expandTarget(from, to);
}

/** Writes computed targets as constants. */
export const shapeTargets: NodeRule = {
  name: "shapeTargets",
  ops: ["Reshape", "Expand"],
  applies: (node, view) => view.initializer(node.inputs[1]!) === undefined,
  check: (node, view) => (targetOf(node, view) === undefined ? `its shape "${node.inputs[1]}" is computed` : undefined),
  expand(node, emit) {
    emit.result(node.op, [node.inputs[0]!, emit.ints(targetOf(node, emit.view)!)]);
  },
};
