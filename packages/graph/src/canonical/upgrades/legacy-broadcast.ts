import { reshapeLazy } from "@samoyed/core";
import { readAttribute, readInt, type Node } from "@samoyed/ir";
import type { GraphView } from "../../rewrites/graph-view.ts";
import { frontAxis, knownInput, unknownInput } from "../known-shape.ts";
import type { Attributes, NodeRule } from "../rule.ts";

/*
 * Before operator set 7, attributes asked for broadcasting and placed the second operand:
 *
 *   Add(a, b, broadcast = 1, axis = k) = Add(a, b')   b' = b with axes of size 1 added at its end, so that b begins at axis k
 *   PRelu(x, slope [C])                = PRelu(x, slope [C, 1, …])
 *
 * The new axes go into the weight itself where the operand is one, so that no weight is computed.
 */

/** Axes of size 1 that the second operand lacks at its end. */
function missingAxes(node: Node, view: GraphView): number {
  const [a, b] = [knownInput(node, view, 0).shape.length, knownInput(node, view, 1).shape.length];
  if (node.op === "PRelu") return b === 1 && a >= 2 ? a - 2 : 0;
  const axis = readAttribute(node, "axis", "int");
  if (axis === undefined || readInt(node, "broadcast", 0) === 0) return 0;
  return a - frontAxis(axis, a) - b;
}

function without(attributes: Attributes, names: readonly string[]): Attributes {
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => !names.includes(name)));
}

/** Places the second operand by its shape instead of by attributes. */
export const legacyBroadcast: NodeRule = {
  name: "legacyBroadcast",
  ops: ["Add", "Sub", "Mul", "Div", "Pow", "Equal", "Greater", "Less", "And", "Or", "Xor", "PRelu", "Gemm"],
  applies: (node, view) =>
    view.opset < 7 && (node.op === "PRelu" || "axis" in node.attributes || "broadcast" in node.attributes),
  check: (node, view) => unknownInput(node, view, 0) ?? unknownInput(node, view, 1),
  expand(node, emit) {
    const attributes = without(node.attributes, ["axis", "broadcast"]);
    const missing = node.op === "Gemm" ? 0 : missingAxes(node, emit.view);
    if (missing === 0) {
      emit.result(node.op, node.inputs, attributes);
      return;
    }
    const [a, b] = node.inputs as [string, string];
    const weight = emit.view.initializer(b);
    const rank = knownInput(node, emit.view, 1).shape.length;
    const axes = Array.from({ length: missing }, (_, index) => rank + index);
    const placed =
      weight === undefined
        ? emit.node("Unsqueeze", [b, emit.ints(axes)])
        : emit.weight(reshapeLazy(weight, [...weight.shape, ...axes.map(() => 1)]));
    emit.result(node.op, [a, placed], attributes);
  },
};
