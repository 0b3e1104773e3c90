import { elementCount } from "@samoyed/core";
import { type Dim, int, isKnown, type Node, readInt, readPermutation } from "@samoyed/ir";
import type { GraphView } from "../../rewrites/graph-view.ts";
import { reshapeTarget } from "../known-shape.ts";
import type { NodeRule } from "../rule.ts";
import { flatIndices } from "./gather-nd.ts";

/*
 * PyTorch's default exporter writes `x[:, :, rows, columns]` as a GatherND of the first axes, to which it transposes
 * those that are indexed, and back. As one axis they are indexed where they are, and the batch stays first:
 *
 *   Transpose(GatherND(Transpose(x [N, C, H, W], to [H, W, N, C]), [[i, j], …]), …, N and C first)
 *     = Gather(Reshape(x, [N, C, H · W]), [i · W + j, …], axis 2)
 */

interface IndexedAxes {
  readonly x: string;
  readonly indices: string;
  /** The first indexed axis. */
  readonly axis: number;
  /** The sizes of the indexed axes. */
  readonly sizes: readonly number[];
  /** The constant that makes them one. */
  readonly target: readonly number[];
}

function readIndexedAxes(node: Node, view: GraphView): IndexedAxes | undefined {
  const gather = view.producer(node.inputs[0]!);
  if (gather?.op !== "GatherND" || readInt(gather, "batch_dims", 0) !== 0) return undefined;
  const [moved, indices] = gather.inputs as [string, string];
  const transposed = view.producer(moved);
  if (transposed?.op !== "Transpose") return undefined;
  const [x] = transposed.inputs as [string];
  const [from, places] = [view.type(x)?.shape, view.type(indices)?.shape];
  const depth = places?.at(-1);
  if (from === undefined || places === undefined || typeof depth !== "number") return undefined;
  const perm = readPermutation(transposed, from.length);
  const [axis] = perm as [number];
  const sizes = from.slice(axis, axis + depth);
  if (!isKnown(sizes)) return undefined;
  const order = [...from.keys()];
  const inFront = [...order.splice(axis, depth), ...order];
  // The result has the places' axes first, then the others; the places belong where the indexed axes were.
  const back = [...Array(places.length - 1 + order.length).keys()];
  back.unshift(...back.splice(places.length - 1, axis));
  const target = reshapeTarget(from, merged(from, axis, sizes));
  const same = perm.join() === inFront.join() && readPermutation(node, back.length).join() === back.join();
  return same && target !== undefined ? { x, indices, axis, sizes, target } : undefined;
}

function merged(from: readonly Dim[], axis: number, sizes: readonly number[]): readonly Dim[] {
  return [...from.slice(0, axis), elementCount(sizes), ...from.slice(axis + sizes.length)];
}

/** Spells indices into neighboring axes by Gather, without the transpositions around them. */
export const indexedAxes: NodeRule = {
  name: "indexedAxes",
  ops: ["Transpose"],
  applies: (node, view) => readIndexedAxes(node, view) !== undefined,
  expand(node, emit) {
    const { x, indices, axis, sizes, target } = readIndexedAxes(node, emit.view)!;
    const rows = emit.node("Reshape", [x, emit.ints(target)]);
    emit.result("Gather", [rows, flatIndices(indices, sizes, emit)], { axis: int(axis) });
  },
};
