import { elementCount, lazyTensor, type Tensor } from "@samoyed/core";
import { type Dim, int, isKnown, type Node, readReduction } from "@samoyed/ir";
import { blockStarts, elementPlaces } from "../../interpreter/scatter.ts";
import type { GraphView } from "../../rewrites/graph-view.ts";
import { knownInput, reshapeTarget, unknownInput } from "../known-shape.ts";
import type { NodeRule } from "../rule.ts";

/*
 * Where the places are known, each row of the result is a row of the data or of the updates:
 *
 *   ScatterND(x, places, u) = Reshape(Gather(Concat(Reshape(x, [P, rest]), Reshape(u, [U, rest])), table), x's shape)
 *
 * with table[p] = P + (the last update of place p), or p where there is none. ScatterElements replaces single elements,
 * so that there is no rest.
 */

/** The shapes of the data and the updates as rows, and that of the result from rows. */
interface Rows {
  readonly data: readonly number[];
  readonly updates: readonly number[];
  readonly result: readonly number[];
  /** Sizes of the axes that are indexed. */
  readonly indexed: readonly number[];
}

function indicesOf(node: Node, view: GraphView): Tensor | undefined {
  return view.initializer(node.inputs[1]!)?.tensor;
}

/** The shapes where they are known; the axes that are not indexed may be open. */
function rowsOf(node: Node, view: GraphView): Rows | undefined {
  const { shape } = knownInput(node, view);
  const updates = knownInput(node, view, 2).shape;
  const depth = node.op === "ScatterND" ? indicesOf(node, view)!.shape.at(-1)! : shape.length;
  const [indexed, rest] = [shape.slice(0, depth), shape.slice(depth)];
  const chosen = updates.slice(0, updates.length - rest.length);
  if (!isKnown(indexed) || !isKnown(chosen)) return undefined;
  const rows = (count: number): readonly Dim[] => [count, ...rest];
  const [own, other] = [rows(elementCount(indexed)), rows(elementCount(chosen))];
  const targets = [reshapeTarget(shape, own), reshapeTarget(updates, other), reshapeTarget(own, shape)];
  const [data, into, result] = targets;
  if (data === undefined || into === undefined || result === undefined) return undefined;
  return { data, updates: into, result, indexed };
}

/** Spells the replacement of elements in constant places by a Gather from both. */
export const scatter: NodeRule = {
  name: "scatter",
  ops: ["ScatterElements", "ScatterND"],
  into: ["Concat", "Gather", "Reshape"],
  check(node, view) {
    const unknown = unknownInput(node, view) ?? unknownInput(node, view, 2);
    if (unknown !== undefined) return unknown;
    if (readReduction(node) !== "none") return `it reduces by "${readReduction(node)}"`;
    if (indicesOf(node, view) === undefined) return "its indices are computed";
    return rowsOf(node, view) === undefined ? "the sizes of the axes that it indexes are not known" : undefined;
  },
  expand(node, emit) {
    const { data, updates, result, indexed } = rowsOf(node, emit.view)!;
    const indices = indicesOf(node, emit.view)!;
    const where = { shape: indexed, indices };
    const places = node.op === "ScatterND" ? blockStarts(node, where) : elementPlaces(node, where);
    const count = elementCount(indexed);
    const table = BigInt64Array.from({ length: count }, (_, index) => BigInt(index));
    for (const [at, place] of places.entries()) table[place] = BigInt(count + at);
    const sources = emit.weight(lazyTensor(`${node.name}.table`, { dtype: "int64", shape: [count], data: table }));
    const both = emit.node(
      "Concat",
      [
        emit.node("Reshape", [node.inputs[0]!, emit.ints(data)]),
        emit.node("Reshape", [node.inputs[2]!, emit.ints(updates)]),
      ],
      { axis: int(0) },
    );
    const rows = emit.node("Gather", [both, sources], { axis: int(0) });
    emit.result("Reshape", [rows, emit.ints(result)]);
  },
};
