import { UsageError } from "@samoyed/core";

/** One prediction of a classifier. */
export interface Prediction {
  /** Index of the class in the model's output; in a binary classifier 0 is the negative class, 1 the positive. */
  readonly index: number;
  /** Name of the class; `class 258` if the model has no names. */
  readonly label: string;
  /** Probability in [0, 1], computed in float64. */
  readonly probability: number;
}

/**
 * Returns the `top` most probable classes, most probable first; of equal ones the lower index comes first.
 *
 * @throws UsageError when `top` is not an integer of 1 or more.
 */
export function topClasses(
  probabilities: Float64Array,
  options: { readonly top: number; readonly labels?: readonly string[] | undefined },
): Prediction[] {
  const { top, labels } = options;
  if (!Number.isSafeInteger(top) || top < 1) {
    throw new UsageError(`top is ${top}; expected an integer of 1 or more`);
  }
  return Array.from(probabilities, (probability, index) => ({ index, probability }))
    .sort((a, b) => b.probability - a.probability || a.index - b.index)
    .slice(0, top)
    .map(({ index, probability }) => ({ index, label: labels?.[index] ?? `class ${index}`, probability }));
}
