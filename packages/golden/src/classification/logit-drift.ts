import type { Tensor } from "@samoyed/core";
import type { DriftBudget } from "../case.ts";
import type { Drift } from "../drift.ts";
import { predictionsOf } from "./predictions.ts";
import { klDivergence } from "./softmax64.ts";

/** Difference of the logits with weights in fewer bits from the original's; the spread is about each image's mean. */
export interface LogitDrift extends Drift {
  /** Kullback-Leibler divergence in nats, of the worst image. */
  readonly kl: number;
  readonly images: number;
  /** Images with a different prediction. */
  readonly changed: readonly { readonly image: number; readonly original: number; readonly prediction: number }[];
}

/** A float64 matrix `[images, classes]`, as in recordings. */
type Logits64 = Tensor<"float64">;

/**
 * Measures the drift of logits from the original network's, which PyTorch computed in float64. Both are
 * `[images, classes]`; the mean of an image's logits is ignored, because probabilities do not depend on it.
 */
export function measureDrift(values: Float32Array | Float64Array, original: Logits64): LogitDrift {
  const { data, shape } = original;
  const [images = 0, classes = 0] = shape;
  let [max, squares, spread, kl] = [0, 0, 0, 0];
  for (let image = 0; image < images; image++) {
    const [start, end] = [image * classes, (image + 1) * classes];
    const row = data.subarray(start, end);
    // A single logit counts whole.
    const mean = classes === 1 ? 0 : row.reduce((sum, value) => sum + value, 0) / classes;
    for (let index = 0; index < classes; index++) {
      const difference = Math.abs(values[start + index]! - row[index]!);
      // Math.max keeps a NaN.
      max = Math.max(max, difference);
      squares += difference * difference;
      spread += (row[index]! - mean) ** 2;
    }
    kl = Math.max(kl, klDivergence(values.subarray(start, end), row));
  }
  const predictions = predictionsOf(values, classes);
  const changed = predictionsOf(data, classes).flatMap((original, image) =>
    original === predictions[image] ? [] : [{ image, original, prediction: predictions[image]! }],
  );
  return { max, rms: Math.sqrt(squares / data.length), sqnr: 10 * Math.log10(spread / squares), kl, images, changed };
}

/** Describes a drift in one sentence. */
export function driftText(
  { max, sqnr, images, changed }: LogitDrift,
  { budget, stored }: { readonly budget: DriftBudget | undefined; readonly stored: string },
): string {
  const limit = budget === undefined ? "no budget" : `the budget is ${budget.sqnr} dB`;
  const moved = `weights as ${stored} move the logits by ${max.toExponential(1)} at most (${sqnr.toFixed(1)} dB; ${limit})`;
  const [first] = changed;
  if (first === undefined) return `${moved}; every prediction stays`;
  const kept = `${images - changed.length} of ${images} predictions stay`;
  const others = changed.length === 1 ? "" : ", the first that does not,";
  return `${moved}; ${kept}; image ${first.image}${others} is predicted as ${first.prediction} instead of ${first.original}`;
}
