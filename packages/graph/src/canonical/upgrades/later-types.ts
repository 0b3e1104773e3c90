import type { DType } from "@samoyed/core";
import type { Node } from "@samoyed/ir";
import type { GraphView } from "../../rewrites/graph-view.ts";
import type { NodeRule } from "../rule.ts";

/*
 * Element types that casts and quantization got after operator set 17: 8-bit floats in 19, 16-bit integers for
 * quantized values in 21. Such a node cannot be expressed.
 */

const LATER: Readonly<Record<string, readonly DType[]>> = {
  Cast: ["float8_e4m3fn", "float8_e5m2"],
  QuantizeLinear: ["float8_e4m3fn", "float8_e5m2", "int16", "uint16"],
  DequantizeLinear: ["float8_e4m3fn", "float8_e5m2", "int16", "uint16"],
};

function laterType(node: Node, view: GraphView): DType | undefined {
  const types = [node.inputs[0]!, node.outputs[0]!].map((name) => view.type(name)?.dtype);
  return types.find((dtype): dtype is DType => dtype !== undefined && LATER[node.op]!.includes(dtype));
}

/** Refuses nodes of element types that operator set 17 does not have. */
export const laterTypes: NodeRule = {
  name: "laterTypes",
  ops: Object.keys(LATER),
  applies: (node, view) => view.opset > 17 && laterType(node, view) !== undefined,
  check: (node, view) => `it works on ${laterType(node, view)}, which came after operator set 17`,
  expand(node) {
    throw new Error(`a fault of canonicalize: ${node.op} is never expanded for its type`);
  },
};
