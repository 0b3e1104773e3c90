import type { DocumentedReference } from "./case.ts";
import { softmax64 } from "./softmax64.ts";

/** Whether probabilities are the documented ones: within the tolerance, and the names in order. */
export interface DocumentedComparison {
  readonly met: boolean;
  /** The largest absolute difference of a named probability; NaN where one is not a number. */
  readonly difference: number;
  /** What is the case, with the numbers. */
  readonly message: string;
}

/**
 * Holds one image's logits against a documented reference.
 *
 * `logits` is one row, `[classes]`; probabilities are computed in float64.
 */
export function compareDocumented(
  logits: ArrayLike<number>,
  options: { readonly reference: DocumentedReference; readonly labels?: readonly string[] | undefined },
): DocumentedComparison {
  const { reference, labels } = options;
  const { top, tolerance } = reference;
  const probabilities = softmax64(logits);
  const outside = top.find((entry) => entry.index >= probabilities.length);
  if (outside) {
    const message = `${reference.source} names class ${outside.index}; there are ${probabilities.length} classes`;
    return { met: false, difference: Number.NaN, message };
  }
  const renamed = top.find((entry) => labels && labels[entry.index] !== entry.label);
  if (renamed) {
    const message = `class ${renamed.index} is ${labels![renamed.index]}; ${reference.source} calls it ${renamed.label}`;
    return { met: false, difference: Number.NaN, message };
  }
  let difference = 0;
  for (const { index, probability } of top) {
    // Math.max keeps a NaN, which is within no tolerance.
    difference = Math.max(difference, Math.abs(probabilities[index]! - probability));
  }
  const order = topIndices(probabilities, top.length);
  const misplaced = top.findIndex((entry, rank) => order[rank] !== entry.index);
  const name = (index: number): string =>
    labels?.[index] ?? top.find((entry) => entry.index === index)?.label ?? `class ${index}`;
  const first = top[0]!;
  const numbers = `${name(first.index)} ${probabilities[first.index]!.toFixed(4)}, documented ${first.probability.toFixed(4)}`;
  if (misplaced >= 0) {
    const message = `${numbers}; at rank ${misplaced + 1} stands ${name(order[misplaced]!)} instead of ${top[misplaced]!.label}`;
    return { met: false, difference, message };
  }
  return {
    met: difference <= tolerance,
    difference,
    message: `${numbers}; the largest difference of ${top.length} probabilities is ${difference.toExponential(1)}, the limit ${tolerance}`,
  };
}

/** The indices of the largest values, largest first; the lower index first where two are equal. */
export function topIndices(values: ArrayLike<number>, count: number): number[] {
  return Array.from({ length: values.length }, (_, index) => index)
    .sort((a, b) => values[b]! - values[a]! || a - b)
    .slice(0, count);
}
