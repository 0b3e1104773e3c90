import { elementCount, type Shape, type StandInFill } from "@samoyed/core";

/** Biases, and the running mean of a norm that does nothing. */
export const ZEROS: StandInFill = { kind: "constant", value: 0 };

/** The weight and the running variance of a norm that does nothing. */
export const ONES: StandInFill = { kind: "constant", value: 1 };

/** The rows of a classifier: logits of ordinary size. */
export const CLASSIFIER_WEIGHT: StandInFill = { kind: "normal", std: 0.33 };

/** The bias of a classifier: the oracle solves it for the probabilities that a case documents. */
export const CLASSIFIER_BIAS: StandInFill = { kind: "head" };

/** He-normal for a layer before a ReLU: [outputs, inputs of one output …]. Keeps the variance from layer to layer. */
export function heNormal(shape: Shape): StandInFill {
  return { kind: "normal", std: Math.sqrt(2 / elementCount(shape.slice(1))) };
}
