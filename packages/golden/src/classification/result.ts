import type { LogitComparison } from "./compare-logits.ts";
import type { LogitDrift } from "./logit-drift.ts";
import type { Accuracy, Prediction } from "./predictions.ts";

/** Keys of a classifier's result in addition to those of every result. */
export interface ClassificationResult {
  readonly comparison?: Omit<LogitComparison, "checks">;
  /** Drift from the original, where the weights are stored in fewer bits. */
  readonly drift?: LogitDrift;
  readonly accuracy?: Accuracy;
  /** The five most probable classes of image 0. */
  readonly top?: readonly Prediction[];
}
