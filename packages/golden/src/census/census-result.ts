import type { Noise } from "../case.ts";

/**
 * The outcome of a network on a backend.
 *
 * - `passed`: every check did.
 * - `failed`: the output differs, or converting, loading or running broke.
 * - `refused`: the conversion named what it does not handle, and wrote nothing.
 * - `not run`: the backend is not available, or was not asked for.
 */
export type CensusStatus = "passed" | "failed" | "refused" | "not run";

/** Result of a network on one backend. */
export interface CensusBackendResult {
  readonly backend: string;
  readonly format: string;
  /** The engine's version, if it could run. */
  readonly version?: string;
  readonly status: CensusStatus;
  /** One sentence for each reason; empty where it passed without a remark. */
  readonly reasons: readonly string[];
  /** What to do about a backend that did not run. */
  readonly fix?: string;
  /** The largest difference from float64 in multiples of F; absent where there is no output. */
  readonly inNoise?: number;
  /** Time of the run, in milliseconds. */
  readonly milliseconds?: number;
}

/** Result of a network on all backends. */
export interface CensusResult {
  readonly name: string;
  readonly module: string;
  readonly parameters: number;
  readonly input: readonly number[];
  /** PyTorch's own noise of float32: F is its largest. */
  readonly noise: Noise;
  readonly backends: readonly CensusBackendResult[];
}
