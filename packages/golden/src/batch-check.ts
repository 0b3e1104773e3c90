import type { Tensor } from "@samoyed/core";
import type { Check } from "./check.ts";
import type { LoadedRecording } from "./load-recording.ts";
import type { CaseComparison } from "./task-comparison.ts";
import type { TolerancePolicy } from "./tolerance.ts";

/** Options of `batchCheck`: the recording of all images, and the gates. */
export interface BatchCheckOptions {
  readonly comparison: CaseComparison;
  readonly recording: LoadedRecording;
  readonly policy: TolerancePolicy;
}

/** Compares image 0's output as the second of a batch, `[1, …]`, with what was recorded for it alone. */
export function batchCheck(inBatch: Tensor<"float32">, { comparison, recording, policy }: BatchCheckOptions): Check {
  const { shape, data } = recording.values64;
  const [, size = 0] = shape;
  const values64 = { dtype: "float64", shape: [1, size], data: data.subarray(0, size) } as const;
  const { checks } = comparison.compare(inBatch, { recording: { ...recording, values64 }, policy });
  const shown =
    checks.find(({ status }) => status === "failed") ?? checks.find(({ status }) => status === "warned") ?? checks[0]!;
  return { ...shown, name: "batch", message: `image 0 as the second of a batch: ${shown.message}` };
}
