/** Largest number of axes of a value: ONNX sets no limit, and no network comes near it. */
export const MAX_RANK = 32;

/** Largest size of one axis: the range of a signed 32-bit index, as runtimes use. */
export const MAX_DIM: number = 2 ** 31 - 1;

/** Largest kernel, stride, dilation or padding of a window: far above any network's, far below the point where products stop being exact. */
export const MAX_WINDOW: number = 1 << 20;

/** Oldest operator set that is handled: before 6 most operators had `consumed_inputs`. */
export const MIN_OPSET = 6;

/**
 * The one operator set of canonical graphs, which targets lower and `.smyd` files hold.
 *
 * 17 has LayerNormalization, so nothing that needs its own precision has to be spelled out, and it is read by every
 * runtime that Samoyed writes for and by older ones: what came later (Gelu 20, GroupNormalization 18, axes of the
 * reductions as an input 18) can be expressed in it.
 */
export const CANONICAL_OPSET = 17;

/** Newest operator set whose changes were reviewed (onnx 1.23); a later one may change the meaning of an operator. */
export const MAX_OPSET = 28;
