import type { DType, Shape, StandInFill } from "@samoyed/core";

/** The type of a tensor; lazy tensors conform to it. */
export interface TensorType {
  readonly shape: Shape;
  readonly dtype: DType;
}

/** A tensor of a network's state dict. */
export interface Parameter extends TensorType {
  /** Its fill in a stand-in of the network. */
  readonly fill: StandInFill;
  /** Whether a checkpoint may lack it, or store it as any dtype: evaluation does not use it. */
  readonly optional?: boolean;
}
