import { readInt } from "../attributes.ts";
import { compatibleShapes } from "../dims.ts";
import { nodeShapeError } from "../node-errors.ts";
import type { ValueType } from "../types.ts";
import {
  type InferCall,
  inferSameFloat,
  inputError,
  inputType,
  type OperatorRule,
  requireFloat,
  requireSameDType,
  type RuleTable,
} from "./rule.ts";

function requirePerChannel(call: InferCall, indexes: readonly number[]): void {
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

/** Rule of BatchNormalization. */
export const batchNormRule: OperatorRule = {
  inputs: [5, 5],
  outputs: [1, 5],
  attributes: { epsilon: "float", momentum: "float", training_mode: "int", is_test: "int", spatial: "int" },
  infer: inferBatchNorm,
};

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
