import type { Tensor } from "@samoyed/core";
import { answersOf } from "./answers.ts";
import type { DriftBudget } from "./case.ts";
import type { Check } from "./check.ts";
import { klDivergence } from "./softmax64.ts";

/** How far weights in fewer bits move the logits from the original's. */
export interface Drift {
  /** Of any logit, absolute. */
  readonly max: number;
  readonly rms: number;
  /** The spread of the original's logits about each image's mean, over `rms`, in dB. */
  readonly sqnr: number;
  /** In nats, of the worst image. */
  readonly kl: number;
  readonly images: number;
  /** Images that are answered otherwise. */
  readonly changed: readonly { readonly image: number; readonly original: number; readonly answer: number }[];
}

/** A float64 matrix `[images, classes]`, as recordings hold it. */
type Logits64 = Tensor<"float64">;

/**
 * Measures the drift of logits from the original network's, which PyTorch computed in float64. Both are
 * `[images, classes]`; the mean of an image's logits is no signal, because probabilities do not depend on it.
 */
export function measureDrift(values: Float32Array | Float64Array, original: Logits64): Drift {
  const { data, shape } = original;
  const [images = 0, classes = 0] = shape;
  let [max, squares, spread, kl] = [0, 0, 0, 0];
  for (let image = 0; image < images; image++) {
    const [start, end] = [image * classes, (image + 1) * classes];
    const row = data.subarray(start, end);
    // Of one logit, all of it is signal.
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
  const answers = answersOf(values, classes);
  const changed = answersOf(data, classes).flatMap((answer, image) =>
    answer === answers[image] ? [] : [{ image, original: answer, answer: answers[image]! }],
  );
  return { max, rms: Math.sqrt(squares / data.length), sqnr: 10 * Math.log10(spread / squares), kl, images, changed };
}

/** Whether a drift keeps to a budget; without one it is told and not judged. */
export function driftCheck(
  drift: Drift,
  { budget, stored }: { readonly budget: DriftBudget | undefined; readonly stored: string },
): Check {
  const common = { name: "drift", reference: "recorded", value: drift.sqnr } as const;
  const message = driftText(drift, { budget, stored });
  if (budget === undefined) return { ...common, status: "not run", message };
  // Written so that NaN fails.
  return { ...common, status: drift.sqnr >= budget.sqnr ? "passed" : "failed", limit: budget.sqnr, message };
}

/** What a drift is, in one sentence. */
export function driftText(
  { max, sqnr, images, changed }: Drift,
  { budget, stored }: { readonly budget: DriftBudget | undefined; readonly stored: string },
): string {
  const limit = budget === undefined ? "there is no budget for it here" : `the budget is ${budget.sqnr} dB`;
  const moved = `weights as ${stored} move the logits by ${max.toExponential(1)} at most (${sqnr.toFixed(1)} dB; ${limit})`;
  const [first] = changed;
  if (first === undefined) return `${moved}; every answer stays`;
  const kept = `${images - changed.length} of ${images} answers stay`;
  const others = changed.length === 1 ? "" : ", the first that does not,";
  return `${moved}; ${kept}; image ${first.image}${others} is answered ${first.answer} instead of ${first.original}`;
}
