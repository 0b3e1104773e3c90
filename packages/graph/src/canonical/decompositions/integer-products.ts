import { elementCount, lazyTensor } from "@samoyed/core";
import { int, type Node } from "@samoyed/ir";
import type { GraphView } from "../../rewrites/graph-view.ts";
import type { Emit, NodeRule } from "../rule.ts";

/*
 * Products of bytes are those of floats that hold the same integers:
 *
 *   ConvInteger(x, w, zx, zw) = Conv(x − zx, w − zw)        MatMulInteger(a, b, za, zb) = MatMul(a − za, b − zb)
 *
 * Sums up to 2^24 are exact in float32; larger ones are rounded as any sum of floats is.
 */

const FLOAT = 1;
const INT32 = 6;

/** Each operator: the product of floats, and the axis of the second operand that may have zero points of its own. */
const PRODUCTS = new Map([
  ["ConvInteger", { op: "Conv", axis: 0 }],
  ["MatMulInteger", { op: "MatMul", axis: -1 }],
]);

/** How many zero points an operand has; `undefined` where their shape is not known. */
function zeroCount(name: string, view: GraphView): number | undefined {
  if (name === "") return 1;
  const shape = view.type(name)?.shape;
  return shape?.every((size) => typeof size === "number") ? elementCount(shape) : undefined;
}

function check(node: Node, view: GraphView): string | undefined {
  const [, weight = "", zero = "", weightZero = ""] = node.inputs;
  if (zeroCount(zero, view) !== 1) return "its first operand has more than one zero point";
  if (zeroCount(weightZero, view) === 1) return undefined;
  const constant = view.initializer(weight) !== undefined && view.initializer(weightZero) !== undefined;
  return constant ? undefined : "its weight is computed, and has more than one zero point";
}

/** An operand as floats, minus its zero point. A weight becomes float32 while it is read (dequantizedWeights). */
function shifted(node: Node, { index, axis, emit }: { index: number; axis: number; emit: Emit }): string {
  const [value, zero = ""] = [node.inputs[index]!, node.inputs[index + 2]];
  const constants = [value, zero].every((name) => name === "" || emit.view.initializer(name) !== undefined);
  if (constants) {
    const count = zeroCount(zero, emit.view)!;
    const data = new Float32Array(count).fill(1);
    const scale =
      count === 1
        ? emit.scalar(1, "float32")
        : emit.weight(lazyTensor(`${node.name}.ones`, { dtype: "float32", shape: [count], data }));
    return emit.node("DequantizeLinear", [value, scale, ...(zero === "" ? [] : [zero])], { axis: int(axis) });
  }
  const float = (name: string): string => emit.node("Cast", [name], { to: int(FLOAT) });
  return zero === "" ? float(value) : emit.node("Sub", [float(value), float(zero)]);
}

/** Spells products of bytes by those of floats. */
export const integerProducts: NodeRule = {
  name: "integerProducts",
  ops: [...PRODUCTS.keys()],
  into: ["Cast", "Conv", "MatMul", "Sub"],
  check,
  expand(node, emit) {
    const { op, axis } = PRODUCTS.get(node.op)!;
    const operands = [0, 1].map((index) => shifted(node, { index, axis: index === 0 ? 0 : axis, emit }));
    emit.result("Cast", [emit.node(op, operands, node.attributes)], { to: int(INT32) });
  },
};
