import { readInt } from "../attributes.ts";
import {
  describeInput,
  type InferCall,
  inputType,
  misfit,
  normalizeAxis,
  type Operator,
  requireFloat,
  requireSameDType,
  type ValueType,
} from "./operator.ts";

function requirePerChannel(call: InferCall, indexes: readonly number[]): void {
  const channels = inputType(call, 0).shape[1] ?? 1;
  for (const index of indexes) {
    const { shape } = inputType(call, index);
    const [size] = shape;
    if (shape.length !== 1 || (typeof size === "number" && typeof channels === "number" && size !== channels)) {
      throw misfit(call, `${describeInput(call, index)}; expected [${channels}], one per channel of input 0`);
    }
  }
}

function inferBatchNorm(call: InferCall): readonly ValueType[] {
  requireFloat(call, 0);
  const x = inputType(call, 0);
  if (x.shape.length < 1) throw misfit(call, `${describeInput(call, 0)}; expected at least 1 axis`);
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

function inferLayerNorm(call: InferCall): readonly ValueType[] {
  requireFloat(call, 0);
  const x = inputType(call, 0);
  const axis = normalizeAxis(call, readInt(call.node, "axis", -1), x.shape.length);
  const statistics: ValueType = {
    dtype: "float32",
    shape: x.shape.map((size, index) => (index < axis ? size : 1)),
  };
  return [x, statistics, statistics].slice(0, call.node.outputs.length);
}

function inferGroupNorm(call: InferCall): readonly ValueType[] {
  requireFloat(call, 0);
  const x = inputType(call, 0);
  const groups = readInt(call.node, "num_groups", 0);
  const channels = x.shape[1];
  if (groups < 1 || (typeof channels === "number" && channels % groups !== 0)) {
    throw misfit(call, `attribute "num_groups" is ${groups}, which does not divide ${channels} channels`);
  }
  return [x];
}

function inferSame(call: InferCall): readonly ValueType[] {
  requireFloat(call, 0);
  return [inputType(call, 0)];
}

/** Normalizations. */
export const NORMALIZATION: readonly Operator[] = [
  {
    op: "BatchNormalization",
    inputs: [5, 5],
    outputs: [1, 5],
    attributes: { epsilon: "float", momentum: "float", training_mode: "int", is_test: "int", spatial: "int" },
    infer: inferBatchNorm,
  },
  { op: "InstanceNormalization", inputs: [3, 3], attributes: { epsilon: "float" }, infer: inferInstanceNorm },
  {
    op: "LayerNormalization",
    inputs: [2, 3],
    outputs: [1, 3],
    attributes: { axis: "int", epsilon: "float", stash_type: "int" },
    infer: inferLayerNorm,
  },
  {
    op: "GroupNormalization",
    inputs: [3, 3],
    attributes: { epsilon: "float", num_groups: "int", stash_type: "int" },
    infer: inferGroupNorm,
  },
  {
    op: "LRN",
    inputs: [1, 1],
    attributes: { alpha: "float", beta: "float", bias: "float", size: "int" },
    infer: inferSame,
  },
];
