import type { Tensor } from "@samoyed/core";
import type { ToleranceName } from "./tolerance.ts";

/** A network that is ready to run; `Session` of `@samoyed/runtime` is one. */
export interface CaseSession {
  /**
   * Takes `{ input: float32 [1, 3, H, W] }`, gives every output of the graph: exactly the one of the task (`logits`); and
   * besides it the values inside that `taps` names, as NCHW.
   */
  run(
    inputs: Readonly<Record<string, Tensor>>,
    options: { readonly taps?: readonly string[]; readonly signal?: AbortSignal },
  ): Promise<ReadonlyMap<string, Tensor>>;
  dispose(): Promise<void>;
  /** Of the weights that it computes with, by `weightsDigest`, where they were stored in fewer bits. */
  readonly weightsSha256?: string;
}

/** Something that runs a case: a backend of `@samoyed/runtime` with the artifact that was converted for it. */
export interface CaseBackend {
  readonly name: string;
  /** Which row of the tolerance policy applies; `float32` when absent. */
  readonly tolerance?: ToleranceName;
  availability(): Promise<
    | { readonly available: true; readonly version: string }
    | { readonly available: false; readonly reason: string; readonly fix: string }
  >;
  /** Converts if need be, and loads. An `UnavailableError` makes the verdict `not run`, any other error `failed`. */
  open(options: { readonly signal?: AbortSignal }): Promise<CaseSession>;
}

/** The name that every graph of ours gives its input. */
export const INPUT = "input";
