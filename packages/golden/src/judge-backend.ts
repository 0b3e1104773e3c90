import { sameShape, type Tensor } from "@samoyed/core";
import type { CaseBackend } from "./backend.ts";
import { batchCheck } from "./batch-check.ts";
import type { Check } from "./check.ts";
import { compareTaps, tapsCheck, type TapsResult } from "./compare-taps.ts";
import { contractCheck, type ExpectedContract } from "./contract-check.ts";
import { driftCheck } from "./drift.ts";
import type { LoadedTaps } from "./load-taps.ts";
import type { Picked } from "./pick-recording.ts";
import type { BackendResult, TaskResult } from "./result.ts";
import type { BackendOutput, TapsOutput } from "./run-backend.ts";
import type { CaseComparison } from "./task-comparison.ts";
import { TOLERANCES } from "./tolerance.ts";
import { verdictOf } from "./verdict.ts";

/** Options of `judgeBackend`: the references of its output. */
export interface JudgeOptions {
  readonly comparison: CaseComparison;
  readonly contract: Omit<ExpectedContract, "standIn">;
  readonly standIn: boolean;
  readonly picked: Picked;
  /** Storage of the weights. */
  readonly stored: string;
  /** Whether layers were requested, and the positions that the case samples. */
  readonly depth: "outputs" | "layers";
  readonly taps: LoadedTaps | undefined;
  /** The checks of the documented references. */
  readonly documented: readonly Check[];
  /** A sentence added to the verdict: that the input was not timm's. */
  readonly note: string | undefined;
}

/** The result of one backend on one case. */
export function judgeBackend(
  { backend, output }: { readonly backend: CaseBackend; readonly output: BackendOutput },
  options: JudgeOptions,
): BackendResult {
  const { comparison, standIn, picked, stored, note } = options;
  const { recording } = picked;
  const common = { backend: backend.name, standIn };
  if (output.kind === "not run") {
    const { reason, fix } = output;
    return { ...common, verdict: { kind: "not run", reason, fix }, references: [], checks: [] };
  }
  if (output.kind === "crashed") {
    const { reason, version } = output;
    const verdict = { kind: "crashed", reason } as const;
    return { ...common, ...(version === undefined ? {} : { version }), verdict, references: [], checks: [] };
  }
  const { version } = output;
  if (output.kind === "broke") {
    const check: Check = { name: "outputs", status: "failed", reference: "exact", message: output.reason };
    return { ...common, version, verdict: verdictOf([check], note), references: [], checks: [check] };
  }
  const policy = TOLERANCES[backend.tolerance ?? "float32"];
  const recorded = recording && comparison.compare(output.output, { recording, policy });
  const drift = driftOf(output.output, options);
  const taps = compareRecordedTaps(output.taps, { ...options, backend });
  const checks = [
    ...(output.artifact ? [contractCheck(output.artifact, { ...options.contract, standIn })] : []),
    ...(picked.check ? [picked.check] : []),
    ...(recorded?.checks ?? []),
    ...(recording && output.inBatch ? [batchCheck(output.inBatch, { comparison, recording, policy })] : []),
    ...(drift && recording
      ? [
          driftCheck(drift, {
            budget: recording.budget,
            message: comparison.driftText(drift, { budget: recording.budget, stored }),
          }),
        ]
      : []),
    ...(taps ? [taps.check] : []),
    ...options.documented,
  ];
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
    ...comparison.predictions(output.output, recording?.values64),
    milliseconds: output.milliseconds,
  };
}

/** Compares the layers of a tapped backend with the recording of its weights. */
function compareRecordedTaps(
  output: TapsOutput | undefined,
  { depth, taps, picked, backend }: JudgeOptions & { readonly backend: CaseBackend },
): { readonly result?: TapsResult; readonly check: Check } | undefined {
  const recorded = picked.recording?.taps;
  if (depth === "outputs") return undefined;
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
function driftOf(
  output: Tensor<"float32">,
  { comparison, picked: { original } }: JudgeOptions,
): TaskResult["drift"] | undefined {
  return original && sameShape(output.shape, original.values64.shape)
    ? comparison.measureDrift(output, original.values64)
    : undefined;
}
