import type { DType, Shape, StandInFill } from "@samoyed/core";

/** The type of a tensor; lazy tensors have it. */
export interface TensorType {
  readonly shape: Shape;
  readonly dtype: DType;
}

/** A tensor that a network's state dict has. */
export interface Parameter extends TensorType {
  /** How a stand-in of the network fills it. */
  readonly fill: StandInFill;
  /** Whether a checkpoint may be without it, or store it as any dtype: evaluation does not use it. */
  readonly optional?: boolean;
}
