import { classLogits } from "@samoyed/core";
import type { Check } from "../check.ts";
import { RANK_GAP } from "../tolerance.ts";
import { softmax64 } from "./softmax64.ts";

/** A class with its probability. */
export interface Prediction {
  readonly index: number;
  readonly label: string;
  readonly probability: number;
}

/** Names by class, as far as known. */
export type ClassNames = readonly (string | undefined)[] | undefined;

/** Number of classes that a report shows. */
const TOP = 5;

/** Returns the most probable classes of one row of logits. */
export function topPredictions(logits: ArrayLike<number>, names: ClassNames): Prediction[] {
  const probabilities = softmax64(logits);
  return topIndices(probabilities, TOP).map((index) => ({
    index,
    label: names?.[index] ?? `class ${index}`,
    probability: probabilities[index]!,
  }));
}

/** Returns the indices of the largest values, largest first; of equal values the lower index comes first. */
export function topIndices(values: ArrayLike<number>, count: number): number[] {
  return Array.from({ length: values.length }, (_, index) => index)
    .sort((a, b) => values[b]! - values[a]! || a - b)
    .slice(0, count);
}

/** Counts of a backend's predictions for labeled images, compared with PyTorch's. */
export interface Accuracy {
  readonly images: number;
  /** Number of predictions that are the true class. */
  readonly correct: number;
  /** The same number for PyTorch; absent if no reference was recorded. */
  readonly referenceCorrect?: number;
  /** Number of predictions that are PyTorch's. */
  readonly same?: number;
}

/** Predicts the most probable class of each row of logits; of one logit, class 1 where it is above 0. */
export function predictionsOf(values: ArrayLike<number>, classes: number): number[] {
  if (classes === 1) return Array.from(values, (logit) => (logit > 0 ? 1 : 0));
  const predictions: number[] = [];
  for (let start = 0; start < values.length; start += classes) {
    let best = start;
    for (let index = start + 1; index < start + classes; index++) {
      if (values[index]! > values[best]!) best = index;
    }
    predictions.push(best - start);
  }
  return predictions;
}

/**
 * Checks that the prediction for each image is PyTorch's. Where PyTorch itself separates the two best classes by no more
 * than two tolerances, either one is right.
 */
export function predictionsCheck(
  actual: Float32Array,
  options: { readonly reference: Float64Array; readonly classes: number; readonly tolerance: number },
): Check {
  const { reference, classes, tolerance } = options;
  const expected = predictionsOf(reference, classes);
  const predictions = predictionsOf(actual, classes);
  const different = predictions.flatMap((prediction, image) => (prediction === expected[image] ? [] : [image]));
  const clear = different.filter((image) => {
    const row = classLogits(reference.subarray(image * classes, (image + 1) * classes));
    return !(row[expected[image]!]! - row[predictions[image]!]! <= RANK_GAP * tolerance);
  });
  const same = `${predictions.length - different.length} of ${predictions.length} predictions are PyTorch's`;
  const [first] = clear;
  if (first !== undefined) {
    const message = `${same}; image ${first} is predicted as ${predictions[first]} instead of ${expected[first]}`;
    return { name: "predictions", status: "failed", reference: "recorded", message };
  }
  const message = different.length === 0 ? same : `${same}; the others are within the rounding of the reference`;
  return { name: "predictions", status: different.length === 0 ? "passed" : "warned", reference: "recorded", message };
}

/** Counts the correct predictions; `labels[i]` is the true class of image i, `undefined` for an image without one. */
export function accuracyOf(
  predictions: readonly number[],
  options: { readonly labels: readonly (number | undefined)[]; readonly expected?: readonly number[] | undefined },
): Accuracy | undefined {
  const { labels, expected } = options;
  const labeled = labels.flatMap((label, image) => (label === undefined ? [] : [{ image, label }]));
  if (labeled.length === 0) return undefined;
  const count = (given: readonly number[]): number =>
    labeled.filter(({ image, label }) => given[image] === label).length;
  return {
    images: labeled.length,
    correct: count(predictions),
    ...(expected
      ? {
          referenceCorrect: count(expected),
          same: predictions.filter((prediction, image) => prediction === expected[image]).length,
        }
      : {}),
  };
}
