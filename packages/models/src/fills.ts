import { elementCount, type Shape, type StandInFill } from "@samoyed/core";

/** Fill of a count, and of a norm's bias that does nothing. */
export const ZEROS: StandInFill = { kind: "constant", value: 0 };

/** Fill of a norm's weight that does nothing. */
export const ONES: StandInFill = { kind: "constant", value: 1 };

/** Fill of a convolution's bias. */
export const CONVOLUTION_BIAS: StandInFill = { kind: "normal", std: 0.2 };

/** Values around a mean and never near zero. */
function living(mean: number): StandInFill {
  return { kind: "normal", std: mean / 8, mean };
}

/** Fill of a batch norm's weight: undoes the scale that `NORM_VARIANCE` gives. */
export const NORM_WEIGHT: StandInFill = living(0.7 * 2 ** -4);

/**
 * Fill of the weight of the last norm of a block's residual branch. Undamped, a random ResNeXt-101 amplifies float32 noise
 * 20-fold.
 */
export const LAST_NORM_WEIGHT: StandInFill = living(0.25 * 2 ** -4);

/** Fill of a batch norm's bias. Below zero, so that what all images have in common does not outgrow what tells them apart. */
export const NORM_BIAS: StandInFill = { kind: "normal", std: 0.2, mean: -0.3 };

/** Fill of a batch norm's running mean. */
export const NORM_MEAN: StandInFill = { kind: "normal", std: 0.2 };

/** Fill of a batch norm's running variance: so small that an epsilon of another power of ten shows. */
export const NORM_VARIANCE: StandInFill = living(2 ** -8);

/** Fill of a classifier's rows, for logits of ordinary size. */
export const CLASSIFIER_WEIGHT: StandInFill = { kind: "normal", std: 0.33 };

/** Fill of a classifier's bias: the oracle solves it for the documented probabilities of a case. */
export const CLASSIFIER_BIAS: StandInFill = { kind: "head" };

/** He-normal for a layer before a ReLU: [outputs, inputs of one output …]. Keeps the variance from layer to layer. */
export function heNormal(shape: Shape): StandInFill {
  return { kind: "normal", std: Math.sqrt(2 / elementCount(shape.slice(1))) };
}
