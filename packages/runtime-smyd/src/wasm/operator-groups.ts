import type { OperatorGroup } from "./groups/operator-group.ts";

/** A module's name. */
export type OperatorGroupName = "images" | "pad" | "resize" | "convTranspose" | "sequences" | "all";

async function groupOf(module: Promise<{ readonly GROUP: OperatorGroup }>): Promise<OperatorGroup> {
  return (await module).GROUP;
}

/** Modules with the operators of some kinds of networks, so that a page downloads those that its model has. */
export const OPERATOR_GROUPS: Readonly<Record<OperatorGroupName, () => Promise<OperatorGroup>>> = {
  images: () => groupOf(import("./groups/images.ts")),
  sequences: () => groupOf(import("./groups/sequences.ts")),
  pad: () => groupOf(import("./groups/pad.ts")),
  resize: () => groupOf(import("./groups/resize.ts")),
  convTranspose: () => groupOf(import("./groups/conv-transpose.ts")),
  all: () => groupOf(import("./groups/all.ts")),
};

/**
 * The operators of each module besides the common ones; the last module has all. Later ones have precedence: a MatMul of
 * `sequences` may be the end of an attention.
 */
export const GROUPED: Readonly<Record<Exclude<OperatorGroupName, "all">, readonly string[]>> = {
  images: ["AveragePool", "BatchNormalization", "GlobalMaxPool", "MaxPool"],
  pad: ["Pad"],
  resize: ["Resize"],
  convTranspose: ["ConvTranspose"],
  sequences:
    "Expand Gather LayerNormalization ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum Shape Slice Softmax Split Tile".split(
      " ",
    ),
};
