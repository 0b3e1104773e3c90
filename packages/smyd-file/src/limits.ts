/** The version of the format that is written. Version 1 is read too. */
export const SMYD_VERSION = 2;

/** Alignment of weights in bytes: a cache line, and twice the widest vector. */
export const ALIGNMENT = 64;

/** ResNeXt-101's header takes 150 KB; a hundred thousand labels fit as well. */
export const MAX_HEADER_BYTES: number = 32 << 20;

/** ResNeXt-101 has 250; a planner can process this many in a second. */
export const MAX_NODES: number = 1 << 16;

/** Most weights of a graph; a node has a few. */
export const MAX_WEIGHTS: number = 1 << 18;

/** Size of the header's length, which precedes the header: safetensors' 8 bytes. */
export const LENGTH_BYTES = 8;
