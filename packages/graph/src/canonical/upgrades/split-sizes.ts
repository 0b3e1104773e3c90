import { int, readInt, readInts, type Node } from "@samoyed/ir";
import type { GraphView } from "../../rewrites/graph-view.ts";
import { frontAxis, knownInput } from "../known-shape.ts";
import type { NodeRule } from "../rule.ts";

/*
 * Before operator set 13, the sizes of Split's parts are an attribute; since 18 `num_outputs` may ask for parts of
 * which the last is smaller:
 *
 *   Split(x, split = [1, 3])     = Split(x, [1, 3])
 *   Split(x [7], num_outputs = 3) = Split(x, [3, 3, 1])
 */

/** The sizes of all parts, where they are known. */
function partSizes(node: Node, view: GraphView): readonly number[] | undefined {
  const given = readInts(node, "split");
  if (given !== undefined) return given;
  const sizes = node.outputs.map((name) => {
    const { shape } = view.type(name) ?? { shape: [] };
    return shape[frontAxis(readInt(node, "axis", 0), shape.length)];
  });
  return sizes.every((size) => typeof size === "number") ? sizes : undefined;
}

/** Gives the sizes of the parts as an input. */
export const splitSizes: NodeRule = {
  name: "splitSizes",
  ops: ["Split"],
  applies: (node, view) =>
    (view.opset < 13 && "split" in node.attributes) || (view.opset >= 18 && (node.inputs[1] ?? "") === ""),
  check: (node, view) =>
    view.type(node.inputs[0]!) === undefined || partSizes(node, view) === undefined
      ? "the sizes of its parts are not known; from operator set 18 on the last may be smaller"
      : undefined,
  expand(node, emit) {
    const sizes = partSizes(node, emit.view)!;
    const axis = frontAxis(readInt(node, "axis", 0), knownInput(node, emit.view).shape.length);
    emit.result("Split", [node.inputs[0]!, emit.ints(sizes)], { axis: int(axis) });
  },
};
