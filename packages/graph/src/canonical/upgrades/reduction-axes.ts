import { ints, readInt, type Node } from "@samoyed/ir";
import type { GraphView } from "../../rewrites/graph-view.ts";
import type { NodeRule } from "../rule.ts";

/*
 * Since operator set 18 the reductions take their axes as an input, which ReduceSum alone does in 17:
 *
 *   ReduceMean(x, [2, 3])                       = ReduceMean(x, axes = [2, 3])
 *   ReduceMean(x, noop_with_empty_axes = 1)     = x
 */

function givenAxes(node: Node, view: GraphView): readonly number[] | undefined {
  const name = node.inputs[1] ?? "";
  return name === "" ? [] : view.integers(name);
}

/** Gives axes that are an input as an attribute. */
export const reductionAxes: NodeRule = {
  name: "reductionAxes",
  ops: [
    "ReduceL1",
    "ReduceL2",
    "ReduceLogSum",
    "ReduceLogSumExp",
    "ReduceMax",
    "ReduceMean",
    "ReduceMin",
    "ReduceProd",
    "ReduceSumSquare",
  ],
  applies: (_, view) => view.opset >= 18,
  check(node, view) {
    if (view.type(node.inputs[0]!)?.dtype === "bool") return "it reduces bools, which came with operator set 20";
    return givenAxes(node, view) === undefined ? `its axes "${node.inputs[1]}" are not known` : undefined;
  },
  expand(node, emit) {
    const { noop_with_empty_axes: _, ...attributes } = node.attributes;
    const axes = givenAxes(node, emit.view)!;
    if (axes.length > 0) emit.result(node.op, [node.inputs[0]!], { ...attributes, axes: ints(axes) });
    else if (readInt(node, "noop_with_empty_axes", 0) !== 0) emit.result("Identity", [node.inputs[0]!]);
    else emit.result(node.op, [node.inputs[0]!], attributes);
  },
};
