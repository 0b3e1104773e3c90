import { formatShape } from "@samoyed/core";
import { readInts } from "../attributes.ts";
import { nodeShapeError } from "../node-errors.ts";
import type { Node, TypedTensor, ValueType } from "../types.ts";
import { type InferCall, inputType, type OperatorRule } from "./rule.ts";

/**
 * Reads the order in which a Transpose takes its input's axes; reversed if the attribute is absent.
 *
 * @throws ShapeError when the attribute is not a permutation of the axes.
 */
export function readPermutation(node: Node<TypedTensor>, rank: number): readonly number[] {
  const perm = readInts(node, "perm") ?? Array.from({ length: rank }, (_, axis) => rank - 1 - axis);
  if (perm.length !== rank || new Set(perm).size !== rank || perm.some((axis) => !(axis >= 0 && axis < rank))) {
    throw nodeShapeError(
      node,
      `attribute "perm" ${formatShape(perm)} is not a permutation of the ${rank} axes of input 0`,
    );
  }
  return perm;
}

function inferTranspose(call: InferCall): readonly ValueType[] {
  const x = inputType(call, 0);
  return [{ dtype: x.dtype, shape: readPermutation(call.node, x.shape.length).map((axis) => x.shape[axis]!) }];
}

/** Rule of Transpose. */
export const transposeRule: OperatorRule = { inputs: [1, 1], attributes: { perm: "ints" }, infer: inferTranspose };
