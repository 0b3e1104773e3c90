import { readInt, readInts } from "@samoyed/ir";
import { frontAxis } from "../known-shape.ts";
import type { NodeRule } from "../rule.ts";

/*
 * The mean over height and width is a global average pool, which every target has:
 *
 *   ReduceMean(x [N, C, H, W], axes = [2, 3])               = GlobalAveragePool(x)
 *   ReduceMean(x [N, C, H, W], axes = [2, 3], keepdims = 0) = Flatten(GlobalAveragePool(x))
 */

/** Writes the mean over an image's pixels as a global average pool. */
export const spatialMean: NodeRule = {
  name: "spatialMean",
  ops: ["ReduceMean"],
  applies(node, view) {
    const axes = (readInts(node, "axes") ?? []).map((axis) => frontAxis(axis, 4));
    const type = view.type(node.inputs[0]!);
    const isFloat = type?.dtype === "float32" || type?.dtype === "float64";
    return isFloat && type.shape.length === 4 && axes.length === 2 && axes.includes(2) && axes.includes(3);
  },
  expand(node, emit) {
    if (readInt(node, "keepdims", 1) !== 0) emit.result("GlobalAveragePool", node.inputs);
    else emit.result("Flatten", [emit.node("GlobalAveragePool", node.inputs)]);
  },
};
