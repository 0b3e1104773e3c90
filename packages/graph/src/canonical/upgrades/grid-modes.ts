import { readGridSampling, string } from "@samoyed/ir";
import type { NodeRule } from "../rule.ts";

/*
 * Operator set 20 renamed the modes of GridSample ("linear" was "bilinear", "cubic" was "bicubic") and gave it images
 * of any number of axes.
 */

const NAMES = { linear: "bilinear", nearest: "nearest", cubic: "bicubic" } as const;

/** Names the mode of a GridSample as operator set 16 does. */
export const gridModes: NodeRule = {
  name: "gridModes",
  ops: ["GridSample"],
  applies: (_, view) => view.opset >= 20,
  check(node, view) {
    const rank = view.type(node.inputs[0]!)?.shape.length;
    return rank === 4 ? undefined : `it samples images of ${rank ?? "an unknown number of"} axes, not [N, C, H, W]`;
  },
  expand(node, emit) {
    const mode = string(NAMES[readGridSampling(node).mode]);
    emit.result(node.op, node.inputs, { ...node.attributes, mode });
  },
};
