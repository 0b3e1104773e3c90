import { readInts } from "../attributes.ts";
import { nodeFormatError, nodeShapeError } from "../node-errors.ts";
import type { Node, TypedTensor, ValueType } from "../types.ts";
import { readWindow, WINDOW_ATTRIBUTES, windowOutputs } from "../window.ts";
import { globalPoolRule } from "./global-pool.ts";
import { type InferCall, type OperatorRule, requireFloat, type RuleTable, spatialInput } from "./rule.ts";

const POOL_ATTRIBUTES = { ...WINDOW_ATTRIBUTES, ceil_mode: "int" } as const;

/**
 * Reads the kernel of a pool over an input of `rank` axes.
 *
 * @throws FormatError when it is missing, ShapeError when it does not have one size for each spatial axis.
 */
export function poolKernel(node: Node<TypedTensor>, rank: number): readonly number[] {
  const kernel = readInts(node, "kernel_shape");
  if (kernel === undefined) throw nodeFormatError(node, 'attribute "kernel_shape" is missing');
  if (kernel.length !== rank - 2) {
    throw nodeShapeError(node, `attribute "kernel_shape" has ${kernel.length} values; expected ${rank - 2}`);
  }
  return kernel;
}

function inferPool(call: InferCall): readonly ValueType[] {
  const x = spatialInput(call);
  const window = readWindow(call.node, poolKernel(call.node, x.shape.length));
  const shape = [x.shape[0]!, x.shape[1]!, ...windowOutputs(call, window)];
  const types: ValueType[] = [{ dtype: x.dtype, shape }];
  if (call.node.outputs.length > 1) types.push({ dtype: "int64", shape });
  return types;
}

function inferFloatPool(call: InferCall): readonly ValueType[] {
  requireFloat(call, 0);
  return inferPool(call);
}

/** Rule of MaxPool. */
export const maxPoolRule: OperatorRule = {
  inputs: [1, 1],
  outputs: [1, 2],
  attributes: { ...POOL_ATTRIBUTES, storage_order: "int" },
  infer: inferPool,
};

/** Rule of AveragePool. */
export const averagePoolRule: OperatorRule = {
  inputs: [1, 1],
  attributes: { ...POOL_ATTRIBUTES, count_include_pad: "int" },
  infer: inferFloatPool,
};

/** Pools (onnx/docs/Operators.md, under each operator's name). */
export const POOLING: RuleTable = {
  MaxPool: maxPoolRule,
  AveragePool: averagePoolRule,
  LpPool: { inputs: [1, 1], attributes: { ...POOL_ATTRIBUTES, p: "int" }, infer: inferFloatPool },
  GlobalAveragePool: globalPoolRule,
  GlobalMaxPool: globalPoolRule,
  GlobalLpPool: { ...globalPoolRule, attributes: { p: "int" } },
};
