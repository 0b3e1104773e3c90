import type { LogitComparison } from "./compare-logits.ts";
import type { LogitDrift } from "./logit-drift.ts";
import type { Accuracy, Prediction } from "./predictions.ts";

/** Differences from a reference; what is about probabilities is absent where the output is not logits. */
export type MeasuredDifference = Omit<LogitComparison, "checks" | "kl" | "cosine"> &
  Partial<Pick<LogitComparison, "kl" | "cosine">>;

/** Keys of a classifier's result in addition to those of every result. */
export interface ClassificationResult {
  readonly comparison?: MeasuredDifference;
  /** Drift from the original, where the weights are stored in fewer bits. */
  readonly drift?: LogitDrift;
  readonly accuracy?: Accuracy;
  /** The five most probable classes of image 0. */
  readonly top?: readonly Prediction[];
}
