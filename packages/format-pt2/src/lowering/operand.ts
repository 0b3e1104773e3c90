import type { DType } from "@samoyed/core";
import type { Size } from "../program/size.ts";

/** A value of the graph that is being built, with its type. */
export interface Operand {
  /** Its name in the graph. */
  readonly value: string;
  readonly dtype: DType;
  readonly sizes: readonly Size[];
}
