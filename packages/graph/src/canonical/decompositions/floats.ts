import type { DType } from "@samoyed/core";
import type { Node } from "@samoyed/ir";
import type { GraphView } from "../../rewrites/graph-view.ts";

/**
 * The reason for leaving a node whose steps would be rounded to fewer bits than it computes with: a decomposition
 * rounds after each step, which is harmless in float32 and float64 only.
 */
export function coarseInput(node: Node, view: GraphView): string | undefined {
  const dtype = view.type(node.inputs[0]!)?.dtype;
  if (dtype === "float32" || dtype === "float64") return undefined;
  return dtype === undefined ? `the type of "${node.inputs[0]}" is not known` : `it works on ${dtype}`;
}

/** The element type of the first input, which `coarseInput` has found to be float32 or float64. */
export function floatType(node: Node, view: GraphView): DType {
  return view.type(node.inputs[0]!)!.dtype;
}
