import { ints, readInt, readString, type Dim, type Node } from "@samoyed/ir";
import { knownInput, unknownInput } from "../known-shape.ts";
import type { GraphView } from "../../rewrites/graph-view.ts";
import type { NodeRule } from "../rule.ts";

/*
 * Blocks of b × b pixels and b² channels are the same elements in another order:
 *
 *   DepthToSpace, DCR: [N, b, b, C, H, W] → [N, C, H, b, W, b]     axes 0 3 4 1 5 2
 *   DepthToSpace, CRD: [N, C, b, b, H, W] → [N, C, H, b, W, b]     axes 0 1 4 2 5 3      (PyTorch's pixel_shuffle)
 *   SpaceToDepth, DCR: [N, C, H, b, W, b] → [N, b, b, C, H, W]     axes 0 3 5 1 2 4
 *   SpaceToDepth, CRD: [N, C, H, b, W, b] → [N, C, b, b, H, W]     axes 0 1 3 5 2 4
 */

interface Steps {
  readonly split: readonly number[];
  readonly perm: readonly number[];
  readonly joined: readonly number[];
}

/** The shapes around the transposition of an image of known size; a batch of 0 means the input's own. */
function stepsOf(node: Node, shape: readonly Dim[]): Steps {
  const block = readInt(node, "blocksize", 0);
  const isDepthFirst = readString(node, "mode", "DCR") === "DCR";
  const [channels, height, width] = shape.slice(1) as [number, number, number];
  if (node.op === "SpaceToDepth") {
    const [rows, columns] = [height / block, width / block];
    return {
      split: [0, channels, rows, block, columns, block],
      perm: isDepthFirst ? [0, 3, 5, 1, 2, 4] : [0, 1, 3, 5, 2, 4],
      joined: [0, channels * block * block, rows, columns],
    };
  }
  const depth = channels / (block * block);
  const joined = [0, depth, height * block, width * block];
  return isDepthFirst
    ? { split: [0, block, block, depth, height, width], perm: [0, 3, 4, 1, 5, 2], joined }
    : { split: [0, depth, block, block, height, width], perm: [0, 1, 4, 2, 5, 3], joined };
}

/** Spells the moves between depth and space by a transposition. */
export const depthToSpace: NodeRule = {
  name: "depthToSpace",
  ops: ["DepthToSpace", "SpaceToDepth"],
  into: ["Reshape", "Transpose"],
  check(node, view: GraphView) {
    const unknown = unknownInput(node, view);
    if (unknown !== undefined) return unknown;
    const sizes = knownInput(node, view).shape.slice(1);
    if (sizes.some((size) => typeof size === "string")) return "its height, width or channels are not known";
    return knownInput(node, view).shape.includes(0) ? "it moves no elements" : undefined;
  },
  expand(node, emit) {
    const { split, perm, joined } = stepsOf(node, knownInput(node, emit.view).shape);
    const parts = emit.node("Reshape", [node.inputs[0]!, emit.ints(split)]);
    const moved = emit.node("Transpose", [parts], { perm: ints(perm) });
    emit.result("Reshape", [moved, emit.ints(joined)]);
  },
};
