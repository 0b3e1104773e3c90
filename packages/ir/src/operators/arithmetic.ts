import { readAttribute, readInt } from "../attributes.ts";
import { normalizeAxis } from "../axis.ts";
import { broadcastShapes } from "../broadcast.ts";
import { nodeShapeError } from "../node-errors.ts";
import type { Dim, Node, TypedTensor, ValueType } from "../types.ts";
import { type InferCall, inputType, type OperatorRule, requireSameDType } from "./rule.ts";

/**
 * Aligns the second operand's shape for broadcasting. Before opset 7, `axis` is the axis of the first operand's shape
 * where the second one's begins.
 */
export function alignedShape<D extends Dim>(
  call: { readonly node: Node<TypedTensor>; readonly opset: number },
  a: readonly D[],
  b: readonly D[],
): readonly (D | 1)[] {
  const axis = readAttribute(call.node, "axis", "int");
  if (call.opset >= 7 || axis === undefined || readInt(call.node, "broadcast", 0) === 0) return b;
  const trailing = a.length - normalizeAxis(call.node, axis, a.length) - b.length;
  if (trailing < 0) throw nodeShapeError(call.node, `the second operand does not fit at axis ${axis} of the first`);
  return [...b, ...new Array<1>(trailing).fill(1)];
}

/** The shape that both operands broadcast to. */
export function broadcastAligned(call: InferCall): readonly Dim[] {
  const { shape } = inputType(call, 0);
  return broadcastShapes(call, [shape, alignedShape(call, shape, inputType(call, 1).shape)]);
}

/** Before opset 7, attributes requested and aligned broadcasting. */
export const LEGACY_BROADCAST = { axis: "int", broadcast: "int" } as const;

/** Infers what two operands of one type give. */
export function inferArithmetic(call: InferCall): readonly ValueType[] {
  requireSameDType(call);
  return [{ dtype: inputType(call, 0).dtype, shape: broadcastAligned(call) }];
}

/** Rule of Add, Sub, Mul and Div: both operands and the result have one type. */
export const arithmeticRule: OperatorRule = { inputs: [2, 2], attributes: LEGACY_BROADCAST, infer: inferArithmetic };
