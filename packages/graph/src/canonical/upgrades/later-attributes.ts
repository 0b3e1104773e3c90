import { readInt, type Node } from "@samoyed/ir";
import type { NodeRule } from "../rule.ts";

/*
 * Attributes that came after operator set 17 on operators that it has. At the value that means nothing they go; at
 * another the node cannot be expressed.
 */

/** The value of each at which the node is what it was before, by operator. */
const NEUTRAL: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  LpPool: { ceil_mode: 0 },
  QuantizeLinear: { block_size: 0, output_dtype: 0, precision: 0, saturate: 1 },
  DequantizeLinear: { block_size: 0, output_dtype: 0 },
  Cast: { saturate: 1 },
};

function laterAttributes(node: Node): readonly string[] {
  return Object.keys(NEUTRAL[node.op]!).filter((name) => name in node.attributes);
}

/** Drops attributes that say nothing. */
export const dropLaterAttributes: NodeRule = {
  name: "dropLaterAttributes",
  ops: Object.keys(NEUTRAL),
  applies: (node, view) => view.opset > 17 && laterAttributes(node).length > 0,
  check(node) {
    const neutral = NEUTRAL[node.op]!;
    const set = laterAttributes(node).find((name) => readInt(node, name, neutral[name]!) !== neutral[name]);
    return set === undefined ? undefined : `its attribute "${set}" came after operator set 17`;
  },
  expand(node, emit) {
    const later = laterAttributes(node);
    const rest = Object.entries(node.attributes).filter(([name]) => !later.includes(name));
    emit.result(node.op, node.inputs, Object.fromEntries(rest));
  },
};
