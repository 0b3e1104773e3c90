import type { Node } from "@samoyed/ir";
import type { Emitter } from "../emitter.ts";
import { type TfAttribute, typeAttr } from "../tf-graph.ts";
import { type Computed, TO_LAST, type Value } from "../value.ts";
import { onlyOutput } from "./operator.ts";

/** Operations on elements with broadcasting: one source node becomes one or several target nodes. */
export interface Expression {
  readonly layout: Computed["layout"];
  /** The node's operands, in one layout. */
  readonly operands: readonly string[];
  /** An intermediate result. */
  readonly step: (op: string, ...inputs: readonly string[]) => string;
  /** The node's output. */
  readonly finish: (op: string, ...inputs: readonly string[]) => void;
}

/** Channels last where an operand that is computed has them last already, so that nothing is transposed. */
export function commonLayout(values: readonly Value[], rank: number): Computed["layout"] {
  const last = rank === 4 && values.some((value) => value.kind === "computed" && value.layout === "last");
  return last ? "last" : "plain";
}

/** Position of ONNX's axis in a layout. */
export function axisIn(axis: number, layout: Computed["layout"]): number {
  return layout === "last" ? TO_LAST.indexOf(axis) : axis;
}

/** A list per axis, in the order of a layout. */
export function listIn<T>(values: readonly T[], layout: Computed["layout"]): readonly T[] {
  return layout === "last" ? TO_LAST.map((axis) => values[axis]!) : values;
}

/** Starts the lowering of an operation on elements. */
export function expression(
  node: Node,
  emitter: Emitter,
  options: { readonly inputs?: readonly string[]; readonly attr?: Readonly<Record<string, TfAttribute>> } = {},
): Expression {
  const { inputs = node.inputs } = options;
  const output = onlyOutput(node, emitter);
  const values = inputs.filter((name) => name !== "").map((name) => emitter.value(name));
  const rank = emitter.type(output).shape.length;
  const layout = commonLayout(values, rank);
  const attr = { T: typeAttr("float32") };
  return {
    layout,
    operands: values.map((value) => emitter.operand(value, { layout, rank })),
    step: (op, ...operands) => emitter.emit(op, operands, { hint: `${emitter.nameOf(output)}/${op}`, attr }),
    finish: (op, ...operands) => emitter.give(output, op, operands, { layout, attr: { ...attr, ...options.attr } }),
  };
}

/** Values per channel, shaped to broadcast against a value of `rank` axes in its layout. */
export function perChannel(
  value: Value,
  { rank, layout, emitter }: { readonly rank: number; readonly layout: Computed["layout"]; readonly emitter: Emitter },
): string {
  const ref = emitter.plain(value);
  if (layout === "last" || rank <= 2) return ref;
  const shape = [value.shape[0]!, ...new Array<number>(rank - 2).fill(1)];
  return emitter.reshape(ref, shape, { hint: `${ref.replace(":", "_")}/channels` });
}
