import type { ValueType } from "../types.ts";
import { type InferCall, inputError, inputType, type OperatorRule, requireSameDType } from "./rule.ts";

function inferClip(call: InferCall): readonly ValueType[] {
  requireSameDType(call);
  for (const index of [1, 2]) {
    const bound = call.inputs[index];
    if (bound !== undefined && bound.shape.length !== 0) {
      throw inputError(call, index, "a scalar");
    }
  }
  return [inputType(call, 0)];
}

/** Rule of Clip; the bounds are attributes before opset 11. */
export const clipRule: OperatorRule = {
  inputs: [1, 3],
  attributes: { max: "float", min: "float" },
  infer: inferClip,
};
