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
  | "documented"
  | "preprocess"
  | "weights"
  | "drift"
  | "taps";

/**
 * Kinds of reference. `recorded`: real PyTorch gave it. `interpreted`: Samoyed's own float64 interpreter ran the network
 * as it was read, which says nothing about whether it was read rightly. `documented`: somebody published it.
 */
export type ReferenceKind = "recorded" | "interpreted" | "documented";

/** A reference whose values are all known, so that each is compared. */
export type MeasuredReference = Exclude<ReferenceKind, "documented">;

/** What gave the values of a reference, for messages. */
export const REFERENCE_AUTHOR: Readonly<Record<MeasuredReference, string>> = {
  recorded: "PyTorch",
  interpreted: "the float64 interpreter",
};

/** One check of one backend. */
export interface Check {
  readonly name: CheckName;
  readonly status: CheckStatus;
  /** The kind of reference: `exact` means equality, without a noise tolerance. */
  readonly reference: ReferenceKind | "exact";
  /** One sentence with the numbers. */
  readonly message: string;
  readonly value?: number;
  readonly limit?: number;
}
