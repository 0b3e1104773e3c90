import type { Accuracy } from "./answers.ts";
import type { Noise } from "./case.ts";
import type { Check } from "./check.ts";
import type { LogitComparison } from "./compare-logits.ts";
import type { TapsResult } from "./compare-taps.ts";
import type { Drift } from "./drift.ts";

/**
 * What a backend's run of a case came to.
 *
 * - `passed`: every check that applied did; `notes` holds what came close, and what else a reader should know.
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

/** A class with its probability, for tables. */
export interface Answer {
  readonly index: number;
  readonly label: string;
  readonly probability: number;
}

/** One backend on one case. */
export interface BackendResult {
  readonly backend: string;
  /** The engine's version, where it could run. */
  readonly version?: string;
  readonly verdict: Verdict;
  /** The weights are a stand-in, so the verdict is about arithmetic and not about a trained network. */
  readonly standIn: boolean;
  /** The kinds of reference that the verdict rests on. */
  readonly references: readonly ("recorded" | "documented")[];
  readonly checks: readonly Check[];
  readonly comparison?: Omit<LogitComparison, "checks">;
  /** From the original, where the weights are stored in fewer bits. */
  readonly drift?: Drift;
  /** Inside the network, for image 0, where that was asked for. */
  readonly taps?: TapsResult;
  readonly accuracy?: Accuracy;
  /** The five most probable classes of image 0. */
  readonly top?: readonly Answer[];
  /** Median time of one image's run, in milliseconds. */
  readonly milliseconds?: number;
}

/** What PyTorch itself gave, recorded by the oracle. */
export interface PyTorchResult {
  /** How its weights were stored: `float32`, `uint8`. */
  readonly stored: string;
  /** From the original, where the weights are stored in fewer bits. */
  readonly drift?: Drift;
  readonly top: readonly Answer[];
  readonly accuracy?: Pick<Accuracy, "images" | "correct">;
  readonly noise: Noise;
  readonly environment: Readonly<Record<string, string | number>>;
}

/** One case on all backends. */
export interface CaseResult {
  readonly name: string;
  readonly title: string;
  readonly model: string;
  readonly images: number;
  /** What the weights are, in words; for a stand-in, that they are one. */
  readonly weights: string;
  /** How they are stored in the artifacts: `float32`, `uint8`. */
  readonly stored: string;
  readonly standIn: boolean;
  /** Apart from the network: are the input tensors those of timm, to the bit? */
  readonly preprocess: Check;
  readonly backends: readonly BackendResult[];
  /** What PyTorch itself gave, where it was recorded for these weights: the original's first, then as they are stored. */
  readonly pytorch: readonly PyTorchResult[];
  /** Documented numbers, for the table. */
  readonly documented: readonly { readonly source: string; readonly top: readonly Answer[] }[];
  /** Sentences about the case as a whole: agreement of the backends, contradictions with what is documented. */
  readonly statements: readonly string[];
}
