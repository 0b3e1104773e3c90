/**
 * The outcome of a check. `warned`: passed, close to the limit. `contradicted`: the numbers differ from a documented
 * reference that PyTorch, or everything that ran, differs from as well; neither a pass nor a failed conversion.
 */
export type CheckStatus = "passed" | "warned" | "failed" | "contradicted" | "not run";

/** Names of the checks, in report order. */
export type CheckName =
  | "contract"
  | "outputs"
  | "finite"
  | "max"
  | "rms"
  | "kl"
  | "rank"
  | "predictions"
  | "batch"
  | "documented"
  | "preprocess"
  | "weights"
  | "drift"
  | "taps";

/** One check of one backend. */
export interface Check {
  readonly name: CheckName;
  readonly status: CheckStatus;
  /** The kind of reference: `exact` means equality, without a noise tolerance. */
  readonly reference: "recorded" | "documented" | "exact";
  /** One sentence with the numbers. */
  readonly message: string;
  readonly value?: number;
  readonly limit?: number;
}
