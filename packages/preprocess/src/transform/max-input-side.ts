/**
 * The largest input side, in pixels. Published networks take a few hundred; a far larger number is a mistake, and
 * its tensor would not fit in memory.
 */
export const MAX_INPUT_SIDE = 16_384;
