import type { DocumentedReference, Noise } from "./case.ts";
import type { Check } from "./check.ts";
import type { ClassificationResult } from "./classification/result.ts";
import type { TapsResult } from "./compare-taps.ts";

/**
 * The verdict on a backend's run of a case.
 *
 * - `passed`: every check that applied did; `notes` has what came close, and what else a reader should know.
 * - `failed`: at least one check did not.
 * - `contradicted`: the only reference is a documented one, and everything that ran contradicts it. Not green, and
 *   not a failed conversion: nothing here tells which of the two is right.
 * - `not run`: never green.
 */
export type Verdict =
  | { readonly kind: "passed"; readonly notes: readonly string[] }
  | { readonly kind: "failed"; readonly reasons: readonly string[] }
  | { readonly kind: "contradicted"; readonly reasons: readonly string[] }
  | { readonly kind: "not run"; readonly reason: string; readonly fix: string };

/** The keys of a result that depend on the task, all optional. */
export type TaskResult = ClassificationResult;

/** One backend on one case. */
export interface BackendResult extends TaskResult {
  readonly backend: string;
  /** The engine's version, where it could run. */
  readonly version?: string;
  readonly verdict: Verdict;
  /** The weights are a stand-in, so the verdict is about arithmetic and not about a trained network. */
  readonly standIn: boolean;
  /** The kinds of reference that the verdict rests on. */
  readonly references: readonly ("recorded" | "documented")[];
  readonly checks: readonly Check[];
  /** Inside the network, for image 0, where that was asked for. */
  readonly taps?: TapsResult;
  /** Median time of one image's run, in milliseconds. */
  readonly milliseconds?: number;
}

/** PyTorch itself, recorded by the oracle. */
export interface PyTorchResult extends Omit<TaskResult, "comparison"> {
  /** How its weights were stored: `float32`, `uint8`. */
  readonly stored: string;
  readonly noise: Noise;
  readonly environment: Readonly<Record<string, string | number>>;
}

/** One case on all backends. */
export interface CaseResult {
  readonly name: string;
  readonly title: string;
  readonly model: string;
  /** The case's `task`, where it names one. */
  readonly task?: string;
  readonly images: number;
  /** A description of the weights; for a stand-in, that they are one. */
  readonly weights: string;
  /** How they are stored in the artifacts: `float32`, `uint8`. */
  readonly stored: string;
  readonly standIn: boolean;
  /** Apart from the network: are the input tensors those of timm, to the bit? */
  readonly preprocess: Check;
  readonly backends: readonly BackendResult[];
  /** PyTorch's own results, where they were recorded for these weights: the original's first, then as they are stored. */
  readonly pytorch: readonly PyTorchResult[];
  /** Documented numbers, for the table. */
  readonly documented: readonly Pick<DocumentedReference, "source" | "top">[];
  /** Sentences about the case as a whole: agreement of the backends, contradictions with what is documented. */
  readonly statements: readonly string[];
}
