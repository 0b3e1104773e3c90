import { readFloat, readInts, readPadding, readString, string, type Node } from "@samoyed/ir";
import type { GraphView } from "../../rewrites/graph-view.ts";
import { knownInput, unknownInput } from "../known-shape.ts";
import type { NodeRule } from "../rule.ts";

/*
 * Before operator set 11, Pad's amounts and constant are attributes; since 18 the amounts may be of some axes:
 *
 *   Pad(x, pads = p, value = v)  = Pad(x, p, v)
 *   Pad(x, [1, 2], v, axes = [3]) = Pad(x, [0, 0, 0, 1, 0, 0, 0, 2], v)      of four axes
 */

/** All amounts, the beginnings of every axis and then the ends; `undefined` where an input is not known. */
export function padding(node: Node, view: GraphView): readonly number[] | undefined {
  const { inputs } = node;
  const rank = knownInput(node, view).shape.length;
  const given = inputs.map((name) => (name === "" ? undefined : name));
  const all = readPadding({ node, opset: view.opset, inputs: given }, rank, (index) => view.integers(inputs[index]!));
  return all && [...all.begin, ...all.end];
}

/** Gives Pad's amounts as one input of all axes. */
export const padInputs: NodeRule = {
  name: "padInputs",
  ops: ["Pad"],
  applies: (node, view) => view.opset < 11 || (node.inputs[3] ?? "") !== "",
  check(node, view) {
    const unknown = unknownInput(node, view);
    if (unknown !== undefined) return unknown;
    return padding(node, view) === undefined ? "the padding of some axes is not known" : undefined;
  },
  expand(node, emit) {
    const { dtype } = knownInput(node, emit.view);
    const mode = readString(node, "mode", "constant");
    const value = emit.view.opset < 11 ? readFloat(node, "value", 0) : 0;
    const constant = value === 0 ? (node.inputs[2] ?? "") : emit.scalar(value, dtype);
    const inputs = [node.inputs[0]!, emit.ints(padding(node, emit.view)!), ...(constant === "" ? [] : [constant])];
    emit.result("Pad", inputs, readInts(node, "pads") === undefined ? node.attributes : { mode: string(mode) });
  },
};
