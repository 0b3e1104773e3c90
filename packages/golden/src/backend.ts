import type { Tensor } from "@samoyed/core";
import type { ArtifactContract } from "./contract-check.ts";
import type { ToleranceName } from "./tolerance.ts";

/** A network that is ready to run; `Session` of `@samoyed/runtime` is one. */
export interface CaseSession {
  /**
   * Takes `{ input: float32 [1, 3, H, W] }`, returns every output of the graph: exactly the task's one (`logits`), and
   * the inner values that `taps` names, as NCHW.
   */
  run(
    inputs: Readonly<Record<string, Tensor>>,
    options: { readonly taps?: readonly string[]; readonly signal?: AbortSignal | undefined },
  ): Promise<ReadonlyMap<string, Tensor>>;
  dispose(): Promise<void>;
  /** `weightsDigest` of the weights that it computes with, where they were stored in fewer bits. */
  readonly weightsSha256?: string;
  /** The contract of the artifact that it was loaded from; absent for a network that comes from none. */
  readonly artifact?: ArtifactContract;
}

/** Runs a case: a backend of `@samoyed/runtime` with the artifact that was converted for it. */
export interface CaseBackend {
  readonly name: string;
  /** Row of the tolerance policy that applies; `float32` when absent. */
  readonly tolerance?: ToleranceName;
  availability(): Promise<
    | { readonly available: true; readonly version: string }
    | { readonly available: false; readonly reason: string; readonly fix: string }
  >;
  /** Converts if needed, and loads. An `UnavailableError` makes the verdict `not run`, any other error `failed`. */
  open(options: { readonly signal?: AbortSignal | undefined }): Promise<CaseSession>;
}

/** Input name of every graph that Samoyed writes. */
export const INPUT = "input";
