import { readInt, type Node } from "@samoyed/ir";
import type { GraphView } from "../../rewrites/graph-view.ts";
import type { NodeRule } from "../rule.ts";

/*
 * Before operator set 7, Dropout and BatchNormalization train unless `is_test` is 1; before 12 Dropout's ratio is an
 * attribute, and before 10 its mask has the input's type. At inference neither attribute means anything.
 */

function hasMask(node: Node, view: GraphView): boolean {
  const mask = node.outputs[1] ?? "";
  return mask !== "" && (view.isOutput(mask) || view.consumers(mask).length > 0);
}

function trains(node: Node, view: GraphView): boolean {
  return view.opset < 7 && readInt(node, "is_test", 0) === 0;
}

/** Dropout at inference, without the attributes of its training. */
export const dropoutAttributes: NodeRule = {
  name: "dropoutAttributes",
  ops: ["Dropout"],
  applies: (_, view) => view.opset < 12,
  check(node, view) {
    if (trains(node, view)) return "it is in training mode";
    return view.opset < 10 && hasMask(node, view) ? `its mask "${node.outputs[1]}" is used as numbers` : undefined;
  },
  expand: (node, emit) => emit.result("Dropout", [node.inputs[0]!]),
};

/** A batch norm at inference, without the attributes that went. */
export const batchNormAttributes: NodeRule = {
  name: "batchNormAttributes",
  ops: ["BatchNormalization"],
  applies: (_, view) => view.opset < 14,
  check(node, view) {
    if (trains(node, view) || node.outputs.length > 1) return "it is in training mode";
    return readInt(node, "spatial", 1) === 1 ? undefined : "it has statistics for each pixel (spatial = 0)";
  },
  expand(node, emit) {
    const { is_test: _, spatial: __, ...attributes } = node.attributes;
    emit.result("BatchNormalization", node.inputs, attributes);
  },
};
