import { sameShape, type Tensor } from "@samoyed/core";
import { accuracyOf, answersCheck, answersOf } from "./answers.ts";
import type { CaseBackend } from "./backend.ts";
import type { Check } from "./check.ts";
import { topIndices } from "./compare-documented.ts";
import { compareLogits, type LogitComparison } from "./compare-logits.ts";
import { compareTaps, tapsCheck, type TapsResult } from "./compare-taps.ts";
import { type Drift, driftCheck, measureDrift } from "./drift.ts";
import type { LoadedRecording } from "./load-recording.ts";
import type { LoadedTaps } from "./load-taps.ts";
import type { Picked } from "./pick-recording.ts";
import type { Answer, BackendResult } from "./result.ts";
import type { BackendOutput, TapsOutput } from "./run-backend.ts";
import { softmax64 } from "./softmax64.ts";
import { TOLERANCES } from "./tolerance.ts";
import { verdictOf } from "./verdict.ts";

/** How many classes a report shows. */
const TOP = 5;

/** Names by class, as far as they are known. */
export type ClassNames = readonly (string | undefined)[] | undefined;

/** What a backend's output is judged by. */
export interface JudgeOptions {
  readonly standIn: boolean;
  readonly picked: Picked;
  /** How the weights are stored. */
  readonly stored: string;
  /** Whether layers were asked for, and where the case looks into the network. */
  readonly depth: "answers" | "layers";
  readonly taps: LoadedTaps | undefined;
  /** The checks of the documented references. */
  readonly documented: readonly Check[];
  /** The true class of each image, where it has one. */
  readonly trueClasses: readonly (number | undefined)[];
  readonly labels: ClassNames;
  /** Something to say beside the verdict: that the input was not timm's. */
  readonly note: string | undefined;
}

/** The result of one backend on one case. */
export function judgeBackend(
  { backend, output }: { readonly backend: CaseBackend; readonly output: BackendOutput },
  options: JudgeOptions,
): BackendResult {
  const { standIn, picked, labels, note } = options;
  const { recording } = picked;
  const common = { backend: backend.name, standIn };
  if (output.kind === "not run") {
    const { reason, fix } = output;
    return { ...common, verdict: { kind: "not run", reason, fix }, references: [], checks: [] };
  }
  const { version } = output;
  if (output.kind === "broke") {
    const check: Check = { name: "outputs", status: "failed", reference: "exact", message: output.reason };
    return { ...common, version, verdict: verdictOf([check], note), references: [], checks: [check] };
  }
  const { logits, milliseconds } = output;
  const recorded = recording && compareRecorded(logits, { recording, backend });
  const drift = driftOf(logits, options);
  const taps = compareRecordedTaps(output.taps, { ...options, backend });
  const checks = [
    ...(picked.check ? [picked.check] : []),
    ...(recorded?.checks ?? []),
    ...(drift && recording ? [driftCheck(drift, { budget: recording.budget, stored: options.stored })] : []),
    ...(taps ? [taps.check] : []),
    ...options.documented,
  ];
  const accuracy = accuracyOf(answersOf(logits.data, logits.shape[1]!), {
    labels: options.trueClasses,
    expected: recording && answersOf(recording.values64.data, recording.values64.shape[1]!),
  });
  const kinds = checks.flatMap(({ reference }) => (reference === "exact" ? [] : [reference]));
  return {
    ...common,
    version,
    verdict: verdictOf(checks, note),
    references: [...new Set(kinds)],
    checks,
    ...(recorded ? { comparison: recorded.comparison } : {}),
    ...(drift ? { drift } : {}),
    ...(taps?.result ? { taps: taps.result } : {}),
    ...(accuracy ? { accuracy } : {}),
    top: topAnswers(firstRow(logits), labels),
    milliseconds,
  };
}

/** The layers of a backend that was tapped, beside those of the recording of its weights. */
function compareRecordedTaps(
  output: TapsOutput | undefined,
  { depth, taps, picked, backend }: JudgeOptions & { readonly backend: CaseBackend },
): { readonly result?: TapsResult; readonly check: Check } | undefined {
  const recorded = picked.recording?.taps;
  if (depth === "answers") return undefined;
  if (output?.kind === "broke") {
    return { check: { name: "taps", status: "failed", reference: "exact", message: output.reason } };
  }
  if (!output || !taps || !recorded) {
    const message = "no layers were recorded for these weights";
    return { check: { name: "taps", status: "not run", reference: "recorded", message } };
  }
  const result = compareTaps(output.values, { taps, recorded, original: picked.original?.taps });
  return { result, check: tapsCheck(result, TOLERANCES[backend.tolerance ?? "float32"]) };
}

/** The drift from the original, where weights were stored in fewer bits and the original was recorded. */
function driftOf({ data, shape }: Tensor<"float32">, { picked: { original } }: JudgeOptions): Drift | undefined {
  return original && sameShape(shape, original.values64.shape) ? measureDrift(data, original.values64) : undefined;
}

function compareRecorded(
  logits: Tensor<"float32">,
  { recording, backend }: { readonly recording: LoadedRecording; readonly backend: CaseBackend },
): { comparison: Omit<LogitComparison, "checks">; checks: readonly Check[] } {
  const policy = TOLERANCES[backend.tolerance ?? "float32"];
  const reference = recording.values64;
  const { checks, ...comparison } = compareLogits(logits, { reference, noise: recording.noise, policy });
  // Answers of one image are its rank; of another shape they mean nothing.
  if (checks.some((check) => check.name === "outputs") || reference.shape[0] === 1) return { comparison, checks };
  const answers = answersCheck(logits.data, {
    reference: reference.data,
    classes: reference.shape[1]!,
    tolerance: policy.max.fail * recording.noise.max,
  });
  return { comparison, checks: [...checks, answers] };
}

/** Image 0's logits: a view. */
export function firstRow<D extends "float32" | "float64">(logits: Tensor<D>): Tensor<D>["data"] {
  return logits.data.subarray(0, logits.shape[1]) as Tensor<D>["data"];
}

/** The most probable classes of one row of logits. */
export function topAnswers(logits: ArrayLike<number>, labels: ClassNames): Answer[] {
  const probabilities = softmax64(logits);
  return topIndices(probabilities, TOP).map((index) => ({
    index,
    label: labels?.[index] ?? `class ${index}`,
    probability: probabilities[index]!,
  }));
}
