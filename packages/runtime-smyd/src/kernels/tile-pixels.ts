import type { Simd } from "./detect.ts";

/** The first V8 that keeps each load beside its use. */
const V8_IN_ORDER = 12;

/**
 * How many pixels a convolution's tile holds: its sums must stay in the sixteen vector registers that x86 has.
 *
 * Six pixels have twelve sums, and fit where multiplying and adding are one instruction; otherwise products need a
 * register of their own. V8 before 12, which Node 20 has, loads all pixels of a tile before it uses the first, and has
 * room for four.
 */
export function tilePixels(simd: Simd, v8: string | null = nodeV8()): 4 | 6 {
  const inOrder = v8 === null || Number.parseInt(v8, 10) >= V8_IN_ORDER;
  return simd === "relaxed" && inOrder ? 6 : 4;
}

/** V8's version in Node; browsers do not tell theirs, and those with relaxed SIMD are newer. */
function nodeV8(): string | null {
  const { process } = globalThis as { process?: { versions?: { v8?: string } } };
  return process?.versions?.v8 ?? null;
}
