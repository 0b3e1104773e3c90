import { int, type Node } from "@samoyed/ir";
import type { GraphView } from "../../rewrites/graph-view.ts";
import type { NodeRule } from "../rule.ts";

/*
 * A value is quantized for its own range, as ONNX defines it; each step gives the same float32 number:
 *
 *   s = (max(x, 0) − min(x, 0)) / 255     1 where x is 0 everywhere
 *   z = Round(Clip(−min(x, 0) / s, 0, 255))
 *   y = Clip(Round(x / s) + z, 0, 255)
 *
 * y and z are cast to uint8 last, so that products of bytes find the floats (exactCasts).
 */

const UINT8 = 2;
const MOST = 255;

/** Spells dynamic quantization by arithmetic of floats. */
export const dynamicQuantization: NodeRule = {
  name: "dynamicQuantization",
  ops: ["DynamicQuantizeLinear"],
  into: "Add Cast Clip Div Equal Identity Max Min Neg ReduceMax ReduceMin Round Sub Where".split(" "),
  check(node: Node, view: GraphView) {
    const dtype = view.type(node.inputs[0]!)?.dtype;
    return dtype === "float32" ? undefined : `it works on ${dtype ?? "an unknown type"}`;
  },
  expand(node, emit) {
    const x = node.inputs[0]!;
    const number = (value: number): string => emit.scalar(value, "float32");
    const whole = { keepdims: int(0) };
    const low = emit.node("Min", [emit.node("ReduceMin", [x], whole), number(0)]);
    const high = emit.node("Max", [emit.node("ReduceMax", [x], whole), number(0)]);
    const range = emit.node("Sub", [high, low]);
    const width = emit.node("Where", [emit.node("Equal", [range, number(0)]), number(MOST), range]);
    const scale = emit.node("Div", [width, number(MOST)]);
    const start = emit.node("Neg", [emit.node("Div", [low, scale])]);
    const zero = emit.node("Round", [emit.node("Clip", [start, number(0), number(MOST)])]);
    const placed = emit.node("Add", [emit.node("Round", [emit.node("Div", [x, scale])]), zero]);
    emit.output(0, "Cast", [emit.node("Clip", [placed, number(0), number(MOST)])], { to: int(UINT8) });
    emit.output(1, "Identity", [scale]);
    emit.output(2, "Cast", [zero], { to: int(UINT8) });
  },
};
