/** Most axes of a value: ONNX sets no limit, and no network comes near. */
export const MAX_RANK = 32;

/** Largest size of one axis: what a signed 32-bit index reaches, as runtimes use. */
export const MAX_DIM: number = 2 ** 31 - 1;

/** Largest kernel, stride, dilation or padding of a window: far above any network's, far below where products stop being exact. */
export const MAX_WINDOW: number = 1 << 20;

/** The oldest operator set that is handled: before 6 most operators carried `consumed_inputs`. */
export const MIN_OPSET = 6;

/**
 * The one operator set of canonical graphs, which targets lower and `.smyd` files hold.
 *
 * 17 has LayerNormalization, so nothing that needs its own precision has to be spelled out, and it is read by every
 * runtime that Samoyed writes for and by older ones: what came later (Gelu 20, GroupNormalization 18, axes of the
 * reductions as an input 18) can be expressed in it.
 */
export const CANONICAL_OPSET = 17;

/** The newest operator set whose changes were read (onnx 1.23); a later one may give an operator another meaning. */
export const MAX_OPSET = 28;
