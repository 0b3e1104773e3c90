import { UsageError } from "@samoyed/core";

/** One prediction of a classifier. */
export interface Classification {
  /** The class, counted from 0 in the model's output; of a binary classifier 0 is the negative one, 1 the positive. */
  readonly index: number;
  /** The class's name; `class 258` where the model carries none. */
  readonly label: string;
  /** In [0, 1], computed in float64. */
  readonly probability: number;
}

/**
 * The `top` most probable classes, most probable first; the lower index first where two are equal.
 *
 * @throws UsageError when `top` is not an integer of 1 or more.
 */
export function topClasses(
  probabilities: Float64Array,
  options: { readonly top: number; readonly labels?: readonly string[] | undefined },
): Classification[] {
  const { top, labels } = options;
  if (!Number.isSafeInteger(top) || top < 1) {
    throw new UsageError(`top is ${top}; expected an integer of 1 or more`);
  }
  return Array.from(probabilities, (probability, index) => ({ index, probability }))
    .sort((a, b) => b.probability - a.probability || a.index - b.index)
    .slice(0, top)
    .map(({ index, probability }) => ({ index, label: labels?.[index] ?? `class ${index}`, probability }));
}
