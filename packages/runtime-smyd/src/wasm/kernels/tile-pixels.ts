import type { Simd } from "./detect.ts";

/**
 * Number of pixels of a convolution's tile: its sums must stay in the sixteen vector registers that x86 has.
 *
 * Six pixels have twelve sums, and fit where multiplying and adding are one instruction; otherwise products need a
 * register of their own, and four are fastest.
 */
export const TILE_PIXELS: Readonly<Record<Simd, number>> = { plain: 4, relaxed: 6 };
