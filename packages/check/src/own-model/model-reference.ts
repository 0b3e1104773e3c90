import type { MeasuredReference, Noise } from "@samoyed/golden";
import type { Tensor } from "@samoyed/core";

/** The outputs of one run, by name. */
export type Outputs = ReadonlyMap<string, Tensor>;

/** The outputs that are right for a model's inputs. */
export interface ModelReference {
  readonly kind: MeasuredReference;
  /** What gave it, in one sentence, and what it does not prove. */
  readonly statement: string;
  /** For each run: floats in float64, other types as they are. */
  readonly runs: readonly Outputs[];
  /** The noise of each output of floats, over all runs. */
  readonly noise: ReadonlyMap<string, Noise>;
}

/** The inputs of one run, by name. */
export type Inputs = Readonly<Record<string, Tensor>>;
