import type { ValueType } from "../types.ts";
import { type InferCall, type OperatorRule, requireFloat, spatialInput } from "./rule.ts";

function inferGlobal(call: InferCall): readonly ValueType[] {
  requireFloat(call, 0);
  const x = spatialInput(call);
  return [{ dtype: x.dtype, shape: x.shape.map((size, axis) => (axis < 2 ? size : 1)) }];
}

/** Rule of GlobalAveragePool and GlobalMaxPool. */
export const globalPoolRule: OperatorRule = { inputs: [1, 1], infer: inferGlobal };
