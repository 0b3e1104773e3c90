import { int, readInt, type Node } from "@samoyed/ir";
import type { GraphView } from "../../rewrites/graph-view.ts";
import { frontAxis, knownInput, reshapeTarget, unknownInput } from "../known-shape.ts";
import type { NodeRule } from "../rule.ts";

/*
 * Before operator set 13, Softmax runs over all axes from `axis` (1 by default) on, seen as one; since then over one:
 *
 *   Softmax₁₁(x [N, C], axis = 1)       = Softmax(x, axis = 1)
 *   Softmax₁₁(x [N, C, 1, 1], axis = 1) = Softmax(x, axis = 1)           one axis alone has more than one element
 *   Softmax₁₁(x [N, C, H, W], axis = 1) = Reshape(Softmax(Reshape(x, [0, −1]), axis = 1), [0, C, H, W])
 */

/** Axes of the softmax: one axis of the input, or axes that have to be joined. */
function placement(node: Node, view: GraphView): { readonly axis: number; readonly joined: boolean } {
  const { shape } = knownInput(node, view);
  const first = frontAxis(readInt(node, "axis", 1), shape.length);
  const longer = [...shape.keys()].filter((axis) => axis >= first && shape[axis] !== 1);
  if (first === shape.length || longer.length > 1) return { axis: first, joined: true };
  return { axis: longer[0] ?? first, joined: false };
}

/** Softmax and its kin over one axis. */
export const softmaxAxis: NodeRule = {
  name: "softmaxAxis",
  ops: ["Softmax", "LogSoftmax", "Hardmax"],
  applies: (_, view) => view.opset < 13,
  check(node, view) {
    const unknown = unknownInput(node, view);
    if (unknown !== undefined) return unknown;
    const { shape } = knownInput(node, view);
    return placement(node, view).joined && reshapeTarget(shape, shape) === undefined
      ? "it runs over several axes of a value that may be empty"
      : undefined;
  },
  expand(node, emit) {
    const { shape } = knownInput(node, emit.view);
    const { axis, joined } = placement(node, emit.view);
    if (!joined) {
      emit.result(node.op, node.inputs, { axis: int(axis) });
      return;
    }
    const rows = emit.node("Reshape", [node.inputs[0]!, emit.ints([...new Array<number>(axis).fill(0), -1])]);
    const result = emit.node(node.op, [rows], { axis: int(axis) });
    // A symbol among the joined axes is no longer one of the rows' axes: it is the rest.
    const target = reshapeTarget(shape.slice(0, axis), shape);
    emit.result("Reshape", [result, target === undefined ? emit.node("Shape", [node.inputs[0]!]) : emit.ints(target)]);
  },
};
