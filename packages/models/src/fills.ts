import { elementCount, type Shape, type StandInFill } from "@samoyed/core";

/** Fill of biases, and of the running mean of an identity norm. */
export const ZEROS: StandInFill = { kind: "constant", value: 0 };

/** Fill of the weight and the running variance of an identity norm. */
export const ONES: StandInFill = { kind: "constant", value: 1 };

/** Fill of a classifier's rows, for logits of ordinary size. */
export const CLASSIFIER_WEIGHT: StandInFill = { kind: "normal", std: 0.33 };

/** Fill of a classifier's bias: the oracle solves it for the documented probabilities of a case. */
export const CLASSIFIER_BIAS: StandInFill = { kind: "head" };

/** He-normal for a layer before a ReLU: [outputs, inputs of one output …]. Keeps the variance from layer to layer. */
export function heNormal(shape: Shape): StandInFill {
  return { kind: "normal", std: Math.sqrt(2 / elementCount(shape.slice(1))) };
}
