import { compatibleShapes } from "../compare-dims.ts";
import type { ValueType } from "../types.ts";
import { type InferCall, inputError, inputType, type OperatorRule, requireFloat } from "./rule.ts";

/**
 * Requires inputs to have one value for each channel of input 0.
 *
 * @throws ShapeError naming the first one that does not.
 */
export function requirePerChannel(call: InferCall, indexes: readonly number[]): void {
  const channels = inputType(call, 0).shape[1] ?? 1;
  for (const index of indexes) {
    if (!compatibleShapes(inputType(call, index).shape, [channels])) {
      throw inputError(call, index, `[${channels}], one per channel of input 0`);
    }
  }
}

function inferBatchNorm(call: InferCall): readonly ValueType[] {
  requireFloat(call, 0);
  const x = inputType(call, 0);
  if (x.shape.length < 1) throw inputError(call, 0, "at least 1 axis");
  requirePerChannel(call, [1, 2, 3, 4]);
  const types: ValueType[] = [x];
  for (let index = 1; index < call.node.outputs.length; index++) types.push(inputType(call, index % 2 === 1 ? 3 : 4));
  return types;
}

/** Rule of BatchNormalization. */
export const batchNormRule: OperatorRule = {
  inputs: [5, 5],
  outputs: [1, 5],
  attributes: { epsilon: "float", momentum: "float", training_mode: "int", is_test: "int", spatial: "int" },
  infer: inferBatchNorm,
};
