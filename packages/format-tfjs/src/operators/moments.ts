import type { Dim } from "@samoyed/ir";
import type { Emitter } from "../emitter.ts";
import { typeAttr } from "../tf-graph.ts";
import { meanSteps } from "./mean.ts";

/** A tensor whose moments over some axes are taken. */
export interface MomentsOptions {
  /** The sizes of the tensor's axes. */
  readonly shape: readonly Dim[];
  readonly axes: readonly number[];
  readonly epsilon: number;
  readonly hint: string;
}

/** A tensor's moments; the axes that were averaged have size 1. */
export interface Moments {
  readonly mean: string;
  /** The tensor minus its mean. */
  readonly centered: string;
  /** 1 / √(variance + ε) */
  readonly inverse: string;
}

/** Mean and variance in two passes: the squares of what is already centered lose no digits. */
export function moments(ref: string, options: MomentsOptions, emitter: Emitter): Moments {
  const { shape, axes, epsilon, hint } = options;
  const attr = { T: typeAttr("float32") };
  const step = (op: string, ...inputs: readonly string[]): string => emitter.emit(op, inputs, { hint, attr });
  const meanOf = (value: string): string => {
    const last = meanSteps(value, { shape, axes, keep: true, hint }, emitter);
    return emitter.emit(last.op, last.inputs, { hint, attr: last.attr });
  };
  const mean = meanOf(ref);
  const centered = step("Sub", ref, mean);
  const variance = meanOf(step("Square", centered));
  return { mean, centered, inverse: step("Rsqrt", step("AddV2", variance, emitter.float(epsilon))) };
}
