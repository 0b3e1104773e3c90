import { readInt } from "../attributes.ts";
import { nodeShapeError } from "../node-errors.ts";
import type { ValueType } from "../types.ts";
import { batchNormRule, requirePerChannel } from "./batch-norm.ts";
import {
  type InferCall,
  inferSameFloat,
  inputType,
  type OperatorRule,
  requireFloat,
  requireSameDType,
  type RuleTable,
} from "./rule.ts";

function inferInstanceNorm(call: InferCall): readonly ValueType[] {
  requireFloat(call, 0);
  requireSameDType(call);
  requirePerChannel(call, [1, 2]);
  return [inputType(call, 0)];
}

function inferGroupNorm(call: InferCall): readonly ValueType[] {
  requireFloat(call, 0);
  const x = inputType(call, 0);
  const groups = readInt(call.node, "num_groups", 0);
  const channels = x.shape[1];
  if (groups < 1 || (typeof channels === "number" && channels % groups !== 0)) {
    throw nodeShapeError(call.node, `attribute "num_groups" is ${groups}, which does not divide ${channels} channels`);
  }
  return [x];
}

/** Rule of InstanceNormalization. */
export const instanceNormRule: OperatorRule = {
  inputs: [3, 3],
  attributes: { epsilon: "float" },
  infer: inferInstanceNorm,
};

/** Normalizations by channel (onnx/docs/Operators.md, under each operator's name). */
export const NORMALIZATION: RuleTable = {
  BatchNormalization: batchNormRule,
  InstanceNormalization: instanceNormRule,
  GroupNormalization: {
    since: 18,
    inputs: [3, 3],
    attributes: { epsilon: "float", num_groups: "int", stash_type: "int" },
    infer: inferGroupNorm,
  },
  LRN: {
    inputs: [1, 1],
    attributes: { alpha: "float", beta: "float", bias: "float", size: "int" },
    infer: inferSameFloat,
  },
};
