import { readInt } from "../attributes.ts";
import { normalizeAxis } from "../axis.ts";
import type { ValueType } from "../types.ts";
import { type InferCall, inferSameFloat, inputType, type OperatorRule, requireFloat, type RuleTable } from "./rule.ts";

function inferLayerNorm(call: InferCall): readonly ValueType[] {
  requireFloat(call, 0);
  const x = inputType(call, 0);
  const axis = normalizeAxis(call.node, readInt(call.node, "axis", -1), x.shape.length);
  const statistics: ValueType = {
    dtype: "float32",
    shape: x.shape.map((size, index) => (index < axis ? size : 1)),
  };
  return [x, statistics, statistics].slice(0, call.node.outputs.length);
}

/** Rule of LayerNormalization. */
export const layerNormRule: OperatorRule = {
  since: 17,
  inputs: [2, 3],
  outputs: [1, 3],
  attributes: { axis: "int", epsilon: "float", stash_type: "int" },
  infer: inferLayerNorm,
};

/** Normalizations over axes (onnx/docs/Operators.md, under each operator's name). */
export const AXIS_NORMALIZATION: RuleTable = {
  LayerNormalization: layerNormRule,
  RMSNormalization: {
    since: 23,
    inputs: [2, 2],
    attributes: { axis: "int", epsilon: "float", stash_type: "int" },
    infer: inferSameFloat,
  },
  LpNormalization: { inputs: [1, 1], attributes: { axis: "int", p: "int" }, infer: inferSameFloat },
  MeanVarianceNormalization: { since: 9, inputs: [1, 1], attributes: { axes: "ints" }, infer: inferSameFloat },
};
