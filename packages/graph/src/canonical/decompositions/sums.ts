import { int, readInt, readInts, type Node } from "@samoyed/ir";
import { isInteger } from "../../interpreter/elements.ts";
import type { Emit, NodeRule } from "../rule.ts";
import { coarseInput } from "./floats.ts";

/*
 * Reductions that are a sum of something:
 *
 *   ReduceL1(x)        = ReduceSum(|x|)
 *   ReduceL2(x)        = √ReduceSum(x · x)
 *   ReduceSumSquare(x) = ReduceSum(x · x)
 *   ReduceLogSum(x)    = log ReduceSum(x)
 */

/** ReduceSum over the node's axes. */
function sum(
  node: Node,
  terms: string,
  emit: Emit,
): readonly [string, readonly string[], { keepdims: ReturnType<typeof int> }] {
  const axes = readInts(node, "axes") ?? [];
  const inputs = axes.length === 0 ? [terms] : [terms, emit.ints(axes)];
  return ["ReduceSum", inputs, { keepdims: int(readInt(node, "keepdims", 1)) }];
}

/** Spells reductions by ReduceSum. */
export const sums: NodeRule = {
  name: "sums",
  ops: ["ReduceL1", "ReduceL2", "ReduceSumSquare", "ReduceLogSum"],
  into: ["Abs", "Mul", "ReduceSum", "Sqrt", "Log"],
  check(node, view) {
    const dtype = view.type(node.inputs[0]!)?.dtype;
    // Sums of integers are exact; a root or a logarithm of one is not.
    const exact = node.op === "ReduceL1" || node.op === "ReduceSumSquare";
    return exact && dtype !== undefined && isInteger(dtype) ? undefined : coarseInput(node, view);
  },
  expand(node, emit) {
    const x = node.inputs[0]!;
    switch (node.op) {
      case "ReduceL1":
        emit.result(...sum(node, emit.node("Abs", [x]), emit));
        return;
      case "ReduceSumSquare":
        emit.result(...sum(node, emit.node("Mul", [x, x]), emit));
        return;
      case "ReduceL2":
        emit.result("Sqrt", [emit.node(...sum(node, emit.node("Mul", [x, x]), emit))]);
        return;
      default:
        emit.result("Log", [emit.node(...sum(node, x, emit))]);
    }
  },
};
