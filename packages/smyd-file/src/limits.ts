/** The version of the format that is written here. Version 1 is read too. */
export const SMYD_VERSION = 2;

/** The operator set of every graph in a file of version 2: that of `@samoyed/graph`'s canonical form. */
export const SMYD_OPSET = 17;

/** Where weights begin: a cache line, and twice the widest vector. */
export const ALIGNMENT = 64;

/** ResNeXt-101's header takes 150 KB; a hundred thousand labels fit as well. */
export const MAX_HEADER_BYTES: number = 32 << 20;

/** ResNeXt-101 has 250; a planner walks so many in a second. */
export const MAX_NODES: number = 1 << 16;

/** Weights of the graph; a node has a few. */
export const MAX_WEIGHTS: number = 1 << 18;

/** Most axes of a value, as in `@samoyed/graph`; no network comes near. */
export const MAX_RANK = 32;

/** Largest size of one axis: what a signed 32-bit index reaches. */
export const MAX_DIM: number = 2 ** 31 - 1;

/** ONNX's operator sets that files of version 1 may have, as in `@samoyed/graph`. */
export const MIN_OPSET = 6;
export const MAX_OPSET = 28;
