import { type DType, formatShape, sameShape, type Shape } from "@samoyed/core";
import type { Parameter, TensorType } from "./parameter.ts";

/** One disagreement between a network's parameters and a checkpoint. */
export type ParameterDifference =
  | { readonly kind: "missing"; readonly name: string; readonly expected: Shape }
  | { readonly kind: "unexpected"; readonly name: string; readonly got: Shape }
  | { readonly kind: "shape"; readonly name: string; readonly expected: Shape; readonly got: Shape }
  | { readonly kind: "dtype"; readonly name: string; readonly expected: string; readonly got: DType };

/** The weight storages that can be converted to the float32 of the network. */
const WEIGHT_DTYPES: ReadonlySet<DType> = new Set([
  "float32",
  "float64",
  "float16",
  "bfloat16",
  "float8_e4m3fn",
  "float8_e5m2",
]);

/** The differences of a checkpoint from a network: first in the network's order, then extra tensors in the checkpoint's. */
export function parameterDifferences(
  expected: ReadonlyMap<string, Parameter>,
  tensors: ReadonlyMap<string, TensorType>,
): readonly ParameterDifference[] {
  const differences: ParameterDifference[] = [];
  for (const [name, { shape, dtype, optional = false }] of expected) {
    const isWeight = WEIGHT_DTYPES.has(dtype);
    const tensor = tensors.get(name);
    if (tensor === undefined) {
      if (!optional) differences.push({ kind: "missing", name, expected: shape });
    } else if (!sameShape(shape, tensor.shape) && !(optional && tensor.shape.every((size) => size === 1))) {
      differences.push({ kind: "shape", name, expected: shape, got: tensor.shape });
    } else if (!optional && !(isWeight ? WEIGHT_DTYPES.has(tensor.dtype) : tensor.dtype === dtype)) {
      const wanted = isWeight ? "a float" : dtype;
      differences.push({ kind: "dtype", name, expected: wanted, got: tensor.dtype });
    }
  }
  for (const [name, { shape }] of tensors) {
    if (!expected.has(name)) differences.push({ kind: "unexpected", name, got: shape });
  }
  return differences;
}

/** Describes a difference in a phrase. */
export function describeDifference(difference: ParameterDifference): string {
  switch (difference.kind) {
    case "missing":
      return `${difference.name} ${formatShape(difference.expected)} is missing`;
    case "unexpected":
      return `${difference.name} ${formatShape(difference.got)} is not expected`;
    case "shape":
      return `${difference.name} is ${formatShape(difference.got)}, expected ${formatShape(difference.expected)}`;
    default:
      return `${difference.name} is ${difference.got}, expected ${difference.expected}`;
  }
}
