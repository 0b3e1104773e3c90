import type { DType, LazyTensor } from "@samoyed/core";
import type { Dim } from "@samoyed/ir";

/**
 * A value of the source graph in the target graph. `shape` is always ONNX's; where `layout` is `last`, the tensor that
 * `ref` names has four axes and carries channels last.
 */
export type Value = Computed | Constant;

/** A value that a node gives. */
export interface Computed {
  readonly kind: "computed";
  readonly ref: string;
  readonly layout: "plain" | "last";
  readonly dtype: DType;
  readonly shape: readonly Dim[];
}

/** A value that is known: it becomes a weight where a node uses it, in the layout that the node needs. */
export interface Constant {
  readonly kind: "constant";
  readonly lazy: LazyTensor;
  readonly dtype: DType;
  readonly shape: readonly number[];
}

/** From [N, C, H, W] to [N, H, W, C]. */
export const TO_LAST: readonly number[] = [0, 2, 3, 1];

/** From [N, H, W, C] to [N, C, H, W]. */
export const FROM_LAST: readonly number[] = [0, 3, 1, 2];

/** A shape in the order of a layout. */
export function laidOut(shape: readonly Dim[], layout: "plain" | "last"): readonly Dim[] {
  return layout === "last" ? TO_LAST.map((axis) => shape[axis]!) : shape;
}
