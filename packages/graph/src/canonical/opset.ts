/**
 * The one operator set of canonical graphs.
 *
 * 17 has LayerNormalization, so nothing that needs its own precision has to be spelled out, and it is read by every
 * runtime that Samoyed writes for and by older ones: what came later (Gelu 20, GroupNormalization 18, axes of the
 * reductions as an input 18) can be expressed in it.
 */
export const CANONICAL_OPSET = 17;
