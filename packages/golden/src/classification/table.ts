import type { Cells, TaskColumns } from "../task-comparison.ts";
import type { LogitDrift } from "./logit-drift.ts";
import type { Accuracy, Prediction } from "./predictions.ts";
import type { ClassificationResult } from "./result.ts";

/** Columns of a classifier. */
export const CLASSIFICATION_COLUMNS: TaskColumns = {
  columns: [
    { key: "prediction", title: "prediction" },
    { key: "accuracy", title: "accuracy" },
    { key: "max", title: "max |Δ|", leftOut: 6 },
    { key: "rms", title: "rms Δ", leftOut: 3 },
    { key: "kl", title: "KL", leftOut: 2 },
    { key: "drift", title: "drift", leftOut: 5 },
  ],
  documented: ({ top }) => ({ prediction: predictionText(top[0]) }),
  pytorch: ({ noise, ...result }, options) => ({
    ...predictionCells(result, options),
    max: `${noise.max.toExponential(1)} (1.0 F)`,
    rms: `${noise.rms.toExponential(1)} (1.0 F)`,
  }),
  backend: ({ comparison, ...result }, options) => ({
    ...predictionCells(result, options),
    ...(comparison && !Number.isNaN(comparison.maxAbs)
      ? {
          max: `${comparison.maxAbs.toExponential(1)} (${comparison.maxInNoise.toFixed(1)} F)`,
          rms: `${comparison.rms.toExponential(1)} (${comparison.rmsInNoise.toFixed(1)} F)`,
          kl: comparison.kl?.toExponential(1) ?? "",
        }
      : {}),
  }),
};

function predictionCells(
  { top, accuracy, drift }: ClassificationResult,
  { images }: { readonly images: number },
): Cells {
  return {
    prediction: images === 1 ? predictionText(top?.[0]) : "",
    accuracy: accuracyText(accuracy),
    drift: driftText(drift),
  };
}

function predictionText(prediction: Prediction | undefined): string {
  return prediction === undefined ? "" : `${prediction.label} ${prediction.probability.toFixed(4)}`;
}

function accuracyText(accuracy: Accuracy | undefined): string {
  if (accuracy === undefined) return "";
  const percent = ((100 * accuracy.correct) / accuracy.images).toFixed(1);
  const same = accuracy.same === undefined ? "" : `, ${accuracy.same} as PyTorch`;
  return `${percent} % of ${accuracy.images}${same}`;
}

function driftText(drift: LogitDrift | undefined): string {
  if (drift === undefined) return "";
  const kept = drift.images > 1 ? `, ${drift.images - drift.changed.length} predictions kept` : "";
  return `${drift.max.toExponential(1)}, ${drift.sqnr.toFixed(1)} dB${kept}`;
}
