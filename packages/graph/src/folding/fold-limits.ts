/**
 * Bounds of what folding may compute, since a file of a few nodes can ask for any amount of memory and time. Each is far
 * above what known networks' weights need.
 */

/** Most bytes of one computed value, and of all operands of one node. */
export const MAX_FOLDED_BYTES: number = 2 ** 28;

/** Most bytes of all values that one computed weight is made of. */
export const MAX_HELD_BYTES: number = 2 ** 31;

/** Most steps (elements read and written, multiplications) to compute one weight: some seconds. */
export const MAX_FOLDED_STEPS: number = 2 ** 31;

/** Most steps to compute all weights of a graph. */
export const MAX_ALL_FOLDED_STEPS: number = 2 ** 35;

/** Most bytes of a result that is computed at once and kept in memory, so that shapes can be inferred from it. */
export const MAX_KEPT_BYTES: number = 2 ** 16;

/** Most steps to compute such a result. */
export const MAX_KEPT_STEPS: number = 2 ** 20;

/** Most bytes of all results that are kept in memory together. */
export const MAX_ALL_KEPT_BYTES: number = 2 ** 26;

/** A result of more than this many times its weights' bytes makes the file larger. */
export const MAX_GROWTH = 4;

/** Bytes by which such results may always make a file larger. */
export const FREE_GROWTH_BYTES: number = 2 ** 24;

/** The share of the graph's weights that such results may add, where that is more. */
export const MAX_GROWTH_SHARE: number = 1 / 4;
