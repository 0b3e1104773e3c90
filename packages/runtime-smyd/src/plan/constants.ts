import { bytesToArray, type Tensor } from "@samoyed/core";
import { MAX_KNOWN_ELEMENTS, tensorDims } from "@samoyed/ir";
import { isReadByPlanner, type SmydWeight } from "@samoyed/smyd-file";
import { countElements } from "./limits.ts";
import type { PlanModel } from "./model.ts";

/** Reads a constant's elements from the data section. */
export function readConstant({ data }: PlanModel, { offset, byteLength, dtype, shape }: SmydWeight): Tensor {
  // A copy, since views need an offset that their elements' size divides.
  return { dtype, shape, data: bytesToArray(data.slice(offset, offset + byteLength), dtype) };
}

/** Returns the elements of a small constant that the planner may read; `undefined` where a value is another thing. */
export function smallConstant(model: PlanModel, name: string): Tensor | undefined {
  const weight = model.graph.initializers.get(name);
  if (weight === undefined || !isReadByPlanner(weight)) return undefined;
  if (countElements(weight.shape, "a constant") > MAX_KNOWN_ELEMENTS) return undefined;
  return readConstant(model, weight);
}

/** Returns the integers (shape, axes, pads) of a small constant of at most one axis. */
export function constantIntegers(model: PlanModel, name: string): readonly number[] | undefined {
  const tensor = smallConstant(model, name);
  return tensor === undefined ? undefined : tensorDims(tensor);
}

/** A list of integers that follows from sizes. */
export function integerTensor(values: readonly number[] | undefined): Tensor | undefined {
  return values && { dtype: "int64", shape: [values.length], data: BigInt64Array.from(values, BigInt) };
}

/** The one float32 of a constant; `undefined` where a weight is another thing. */
export function scalarOf(model: PlanModel, weight: SmydWeight | undefined): number | undefined {
  if (weight?.layout !== "plain" || weight.storage !== "float32" || weight.byteLength !== 4) return undefined;
  return (readConstant(model, weight).data as Float32Array)[0];
}
