import type { DocumentedReference, Noise } from "./case.ts";
import type { Check, MeasuredReference, ReferenceKind } from "./check.ts";
import type { ClassificationResult } from "./classification/result.ts";
import type { TapsResult } from "./compare-taps.ts";

/**
 * Verdict on a backend's run of a case.
 *
 * - `passed`: every check that applied did; `notes` lists close calls and other remarks.
 * - `failed`: at least one check did not.
 * - `contradicted`: the only reference is a documented one, and everything that ran contradicts it. Not green, and
 *   not a failed conversion: which of the two is right is unknown.
 * - `not run`: never green.
 */
export type Verdict =
  | { readonly kind: "passed"; readonly notes: readonly string[] }
  | { readonly kind: "failed"; readonly reasons: readonly string[] }
  | { readonly kind: "contradicted"; readonly reasons: readonly string[] }
  | { readonly kind: "not run"; readonly reason: string; readonly fix: string };

/** The keys of a result that depend on the task, all optional. */
export type TaskResult = ClassificationResult;

/** Result of one backend on one case. */
export interface BackendResult extends TaskResult {
  readonly backend: string;
  /** The engine's version, if it could run. */
  readonly version?: string;
  readonly verdict: Verdict;
  /** Whether the weights are a stand-in: then the verdict is about arithmetic, not about a trained network. */
  readonly standIn: boolean;
  /** Kinds of reference behind the verdict. */
  readonly references: readonly ReferenceKind[];
  readonly checks: readonly Check[];
  /** Layers of the network for image 0, if requested. */
  readonly taps?: TapsResult;
  /** Median time of one image's run, in milliseconds. */
  readonly milliseconds?: number;
}

/** Result of PyTorch itself, recorded by the oracle. */
export interface PyTorchResult extends Omit<TaskResult, "comparison"> {
  /** Storage of its weights: `float32`, `uint8`. */
  readonly stored: string;
  readonly noise: Noise;
  readonly environment: Readonly<Record<string, string | number>>;
}

/** Result of one case on all backends. */
export interface CaseResult {
  readonly name: string;
  readonly title: string;
  readonly model: string;
  /** The case's `task`, if it names one. */
  readonly task?: string;
  readonly images: number;
  /** Description of the weights; for a stand-in, says that they are one. */
  readonly weights: string;
  /** Storage in the artifacts: `float32`, `uint8`. */
  readonly stored: string;
  readonly standIn: boolean;
  /** Check of preprocessing alone: whether the input tensors are timm's to the bit. */
  readonly preprocess: Check;
  readonly backends: readonly BackendResult[];
  /** PyTorch's own results, if recorded for these weights: the original's first, then those of the stored weights. */
  readonly pytorch: readonly PyTorchResult[];
  /** Documented numbers, for the table. */
  readonly documented: readonly Pick<DocumentedReference, "source" | "top">[];
  /** What F is the noise of; PyTorch, recorded, when absent. */
  readonly noiseOf?: MeasuredReference;
  /** Sentences about the case as a whole: agreement of the backends, contradictions with what is documented. */
  readonly statements: readonly string[];
}
