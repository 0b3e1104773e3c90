import { classLogits } from "@samoyed/core";
import type { Check } from "./check.ts";
import { RANK_GAP } from "./tolerance.ts";

/** The answers of a backend to labelled images, beside PyTorch's. */
export interface Accuracy {
  readonly images: number;
  /** How many answers are the true class. */
  readonly correct: number;
  /** How many of PyTorch's are; absent where no reference was recorded. */
  readonly referenceCorrect?: number;
  /** How many answers are PyTorch's. */
  readonly same?: number;
}

/** Rows of logits: the most probable class of each; of one logit, class 1 where it is above 0. */
export function answersOf(values: ArrayLike<number>, classes: number): number[] {
  if (classes === 1) return Array.from(values, (logit) => (logit > 0 ? 1 : 0));
  const answers: number[] = [];
  for (let start = 0; start < values.length; start += classes) {
    let best = start;
    for (let index = start + 1; index < start + classes; index++) {
      if (values[index]! > values[best]!) best = index;
    }
    answers.push(best - start);
  }
  return answers;
}

/**
 * Whether each image gets PyTorch's answer. An image whose two best classes PyTorch itself separates by no more than
 * two tolerances may be answered either way.
 */
export function answersCheck(
  actual: Float32Array,
  options: { readonly reference: Float64Array; readonly classes: number; readonly tolerance: number },
): Check {
  const { reference, classes, tolerance } = options;
  const expected = answersOf(reference, classes);
  const answers = answersOf(actual, classes);
  const different = answers.flatMap((answer, image) => (answer === expected[image] ? [] : [image]));
  const clear = different.filter((image) => {
    const row = classLogits(reference.subarray(image * classes, (image + 1) * classes));
    return !(row[expected[image]!]! - row[answers[image]!]! <= RANK_GAP * tolerance);
  });
  const same = `${answers.length - different.length} of ${answers.length} answers are PyTorch's`;
  const [first] = clear;
  if (first !== undefined) {
    const message = `${same}; image ${first} is answered ${answers[first]} instead of ${expected[first]}`;
    return { name: "answers", status: "failed", reference: "recorded", message };
  }
  const message = different.length === 0 ? same : `${same}; the others lie within the rounding of the reference`;
  return { name: "answers", status: different.length === 0 ? "passed" : "warned", reference: "recorded", message };
}

/** Counts the true answers; `labels[i]` is the true class of image i, `undefined` for an image without one. */
export function accuracyOf(
  answers: readonly number[],
  options: { readonly labels: readonly (number | undefined)[]; readonly expected?: readonly number[] | undefined },
): Accuracy | undefined {
  const { labels, expected } = options;
  const labelled = labels.flatMap((label, image) => (label === undefined ? [] : [{ image, label }]));
  if (labelled.length === 0) return undefined;
  const count = (given: readonly number[]): number =>
    labelled.filter(({ image, label }) => given[image] === label).length;
  return {
    images: labelled.length,
    correct: count(answers),
    ...(expected
      ? {
          referenceCorrect: count(expected),
          same: answers.filter((answer, image) => answer === expected[image]).length,
        }
      : {}),
  };
}
