import { classLogits } from "@samoyed/core";

/** Computes the probabilities of one row of logits in float64, of both classes if there is one logit. -Infinity has probability 0; NaN and +Infinity give NaN. */
export function softmax64(row: ArrayLike<number>): Float64Array {
  const logits = classLogits(row);
  let max = -Infinity;
  for (let index = 0; index < logits.length; index++) max = Math.max(max, logits[index]!);
  const probabilities = Float64Array.from(logits, (logit) => Math.exp(logit - max));
  const sum = probabilities.reduce((total, value) => total + value, 0);
  return probabilities.map((value) => value / sum);
}

/**
 * Computes the Kullback-Leibler divergence of `actual`'s probabilities from `reference`'s, in nats, from logits, in float64:
 * the sum of p · (ln p − ln q), over both classes if there is one logit. Computed from log-probabilities, so that small ones do not round to 0 / 0.
 */
export function klDivergence(actual: ArrayLike<number>, reference: ArrayLike<number>): number {
  const logP = logSoftmax(reference);
  const logQ = logSoftmax(actual);
  let sum = 0;
  for (let index = 0; index < logP.length; index++) {
    const p = Math.exp(logP[index]!);
    if (p > 0) sum += p * (logP[index]! - logQ[index]!);
  }
  // Mathematically never negative; the sum of rounded terms may be.
  return Math.max(sum, 0);
}

function logSoftmax(row: ArrayLike<number>): Float64Array {
  const logits = classLogits(row);
  let max = -Infinity;
  for (let index = 0; index < logits.length; index++) max = Math.max(max, logits[index]!);
  let sum = 0;
  for (let index = 0; index < logits.length; index++) sum += Math.exp(logits[index]! - max);
  const shift = max + Math.log(sum);
  return Float64Array.from(logits, (logit) => logit - shift);
}
