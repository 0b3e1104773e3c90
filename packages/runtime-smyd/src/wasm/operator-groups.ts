import type { OperatorGroup } from "./groups/operator-group.ts";

/** A module's name. */
export type OperatorGroupName = "images" | "pad" | "resize" | "convTranspose" | "sequences" | "all";

/** Modules with the operators of some kinds of networks, so that a page downloads those that its model has. */
export const OPERATOR_GROUPS: Readonly<Record<OperatorGroupName, () => Promise<OperatorGroup>>> = {
  images: async () => (await import("./groups/images.ts")).IMAGES,
  sequences: async () => (await import("./groups/sequences.ts")).SEQUENCES,
  pad: async () => (await import("./groups/pad.ts")).PAD,
  resize: async () => (await import("./groups/resize.ts")).RESIZE,
  convTranspose: async () => (await import("./groups/conv-transpose.ts")).CONV_TRANSPOSE,
  all: async () => (await import("./groups/all.ts")).ALL,
};

/**
 * The operators of each module besides the common ones; the last module has all. Later ones have precedence: a MatMul of
 * `sequences` may be the end of an attention.
 */
export const GROUPED: Readonly<Record<Exclude<OperatorGroupName, "all">, readonly string[]>> = {
  images: ["AveragePool", "BatchNormalization", "GlobalAveragePool", "GlobalMaxPool", "MaxPool"],
  pad: ["Pad"],
  resize: ["Resize"],
  convTranspose: ["ConvTranspose"],
  sequences: [
    ...["Expand", "Gather", "LayerNormalization", "LogSoftmax", "ReduceMax", "ReduceMean", "ReduceMin", "ReduceProd"],
    ...["ReduceSum", "Shape", "Slice", "Softmax", "Split", "Tile"],
  ],
};
