import { int, readString, type Node } from "@samoyed/ir";
import type { GraphView } from "../../rewrites/graph-view.ts";
import { knownInput, unknownInput } from "../known-shape.ts";
import { padding } from "../upgrades/pad-inputs.ts";
import type { NodeRule } from "../rule.ts";

/*
 * Padding by the elements at the other end (operator set 19), axis by axis:
 *
 *   Pad(x, begin b, end e, mode = wrap) = Concat(x[−b:], x, x[:e])
 */

interface AxisPadding {
  readonly axis: number;
  readonly begin: number;
  readonly end: number;
}

/** The axes that are padded; `undefined` where the padding is not known. */
function paddedAxes(node: Node, view: GraphView): readonly AxisPadding[] | undefined {
  const pads = padding(node, view);
  if (pads === undefined) return undefined;
  const rank = pads.length / 2;
  return Array.from({ length: rank }, (_, axis) => ({ axis, begin: pads[axis]!, end: pads[axis + rank]! })).filter(
    ({ begin, end }) => begin !== 0 || end !== 0,
  );
}

/** Spells padding by wrapping as a concatenation. */
export const wrapPadding: NodeRule = {
  name: "wrapPadding",
  ops: ["Pad"],
  applies: (node) => readString(node, "mode", "constant") === "wrap",
  check(node, view) {
    const unknown = unknownInput(node, view);
    if (unknown !== undefined) return unknown;
    const axes = paddedAxes(node, view);
    if (axes === undefined) return "the padding of some axes is not known";
    const { shape } = knownInput(node, view);
    const bad = axes.find(({ axis, begin, end }) => {
      const size = shape[axis]!;
      return typeof size === "string" || begin < 0 || end < 0 || begin > size || end > size;
    });
    return bad === undefined ? undefined : `it wraps axis ${bad.axis}, whose size is open or less than the padding`;
  },
  expand(node, emit) {
    const slice = (x: string, axis: number, [start, end]: readonly [number, number]): string =>
      emit.node("Slice", [x, emit.ints([start]), emit.ints([end]), emit.ints([axis])]);
    const { shape } = knownInput(node, emit.view);
    const axes = paddedAxes(node, emit.view)!;
    let x = node.inputs[0]!;
    if (axes.length === 0) emit.result("Identity", [x]);
    for (const [index, { axis, begin, end }] of axes.entries()) {
      const size = shape[axis] as number;
      const before = begin === 0 ? [] : [slice(x, axis, [size - begin, size])];
      const parts = [...before, x, ...(end === 0 ? [] : [slice(x, axis, [0, end])])];
      if (index === axes.length - 1) emit.result("Concat", parts, { axis: int(axis) });
      else x = emit.node("Concat", parts, { axis: int(axis) });
    }
  },
};
