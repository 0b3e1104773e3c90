import type { DocumentedReference } from "../case.ts";
import { topIndices } from "./predictions.ts";
import { softmax64 } from "./softmax64.ts";

/** The result of comparing probabilities with documented ones. */
export interface DocumentedComparison {
  /** Whether they are within the tolerance, and the names in order. */
  readonly met: boolean;
  /** Largest absolute difference of a named probability; NaN if one is NaN. */
  readonly difference: number;
  /** One sentence with the numbers. */
  readonly message: string;
}

/**
 * Compares one image's logits with a documented reference.
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
    const message = `${numbers}; rank ${misplaced + 1} is ${name(order[misplaced]!)} instead of ${top[misplaced]!.label}`;
    return { met: false, difference, message };
  }
  return {
    met: difference <= tolerance,
    difference,
    message: `${numbers}; the largest difference of ${top.length} probabilities is ${difference.toExponential(1)}, the limit ${tolerance}`,
  };
}
