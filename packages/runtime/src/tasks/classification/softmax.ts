import { MismatchError } from "@samoyed/core";

/**
 * Computes probabilities from logits, in float64: `exp(x - max)` over their sum, summed in class order.
 *
 * Takes one image's logits, `[classes]`; returns a new array that the caller owns. A logit of -Infinity has
 * probability 0.
 *
 * @throws MismatchError when a logit is NaN or +Infinity, or all are -Infinity: they have no probabilities.
 */
export function softmax(logits: ArrayLike<number>): Float64Array {
  let max = -Infinity;
  for (let index = 0; index < logits.length; index++) {
    const value = logits[index]!;
    if (Number.isNaN(value) || value === Infinity) {
      throw new MismatchError(`the logit of class ${index} is ${value}; expected a finite number`, {
        hint: "The model's weights or its input are damaged: run samoyed check on it.",
        details: { index, value: String(value) },
      });
    }
    if (value > max) max = value;
  }
  if (max === -Infinity) {
    throw new MismatchError(`all ${logits.length} logits are -Infinity or there are none; expected a finite number`);
  }
  const probabilities = new Float64Array(logits.length);
  let sum = 0;
  for (let index = 0; index < logits.length; index++) {
    const value = Math.exp(logits[index]! - max);
    probabilities[index] = value;
    sum += value;
  }
  for (let index = 0; index < probabilities.length; index++) probabilities[index] = probabilities[index]! / sum;
  return probabilities;
}
