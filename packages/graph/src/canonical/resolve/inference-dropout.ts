import type { Node } from "@samoyed/ir";
import type { GraphView } from "../../rewrites/graph-view.ts";
import type { NodeRule } from "../rule.ts";

/*
 * At inference nothing is dropped:
 *
 *   Dropout(x, ratio, training_mode = false) = x
 */

function mayTrain(node: Node, view: GraphView): boolean {
  const name = node.inputs[2] ?? "";
  if (name === "") return false;
  const training = view.initializer(name)?.tensor?.data[0];
  return training === undefined || Number(training) !== 0;
}

/** Makes a Dropout the identity that it is. */
export const inferenceDropout: NodeRule = {
  name: "inferenceDropout",
  ops: ["Dropout"],
  into: ["Identity"],
  check(node, view) {
    const mask = node.outputs[1] ?? "";
    if (mask !== "" && (view.isOutput(mask) || view.consumers(mask).length > 0)) return `its mask "${mask}" is used`;
    return mayTrain(node, view) ? "it may be in training mode" : undefined;
  },
  expand: (node, emit) => emit.result("Identity", [node.inputs[0]!]),
};
