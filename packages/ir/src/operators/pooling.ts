import { readInt, readInts } from "../attributes.ts";
import { nodeFormatError, nodeShapeError } from "../node-errors.ts";
import type { Dim, ValueType } from "../types.ts";
import { readWindow, type WindowAttributes, windowOutput } from "../window.ts";
import {
  describeInput,
  type InferCall,
  inputType,
  opaqueDim,
  type OperatorRule,
  requireFloat,
  type RuleTable,
} from "./rule.ts";

const WINDOW_ATTRIBUTES = {
  auto_pad: "string",
  ceil_mode: "int",
  dilations: "ints",
  kernel_shape: "ints",
  pads: "ints",
  strides: "ints",
} as const;

export function poolWindow(call: Pick<InferCall, "node">, rank: number): WindowAttributes {
  const kernel = readInts(call.node, "kernel_shape");
  if (kernel === undefined) throw nodeFormatError(call.node, `attribute "kernel_shape" is missing`);
  if (kernel.length !== rank - 2) {
    throw nodeShapeError(call.node, `attribute "kernel_shape" has ${kernel.length} values; expected ${rank - 2}`);
  }
  return readWindow(call.node, kernel);
}

function inferPool(call: InferCall): readonly ValueType[] {
  const x = inputType(call, 0);
  if (x.shape.length < 3)
    throw nodeShapeError(call.node, `${describeInput(call, 0)}; expected at least 3 axes [N, C, …]`);
  const window = poolWindow(call, x.shape.length);
  const ceil = readInt(call.node, "ceil_mode", 0) !== 0;
  const spatial = x.shape
    .slice(2)
    .map((size, axis): Dim =>
      windowOutput(window, axis, size, { node: call.node, ceil, opaque: opaqueDim(call, axis + 2) }),
    );
  const shape = [x.shape[0]!, x.shape[1]!, ...spatial];
  const types: ValueType[] = [{ dtype: x.dtype, shape }];
  if (call.node.outputs.length > 1) types.push({ dtype: "int64", shape });
  return types;
}

function inferFloatPool(call: InferCall): readonly ValueType[] {
  requireFloat(call, 0);
  return inferPool(call);
}

function inferGlobal(call: InferCall): readonly ValueType[] {
  requireFloat(call, 0);
  const x = inputType(call, 0);
  if (x.shape.length < 3)
    throw nodeShapeError(call.node, `${describeInput(call, 0)}; expected at least 3 axes [N, C, …]`);
  return [{ dtype: x.dtype, shape: x.shape.map((size, axis) => (axis < 2 ? size : 1)) }];
}

/** MaxPool. */
export const maxPoolRule: OperatorRule = {
  inputs: [1, 1],
  outputs: [1, 2],
  attributes: { ...WINDOW_ATTRIBUTES, storage_order: "int" },
  infer: inferPool,
};

/** AveragePool. */
export const averagePoolRule: OperatorRule = {
  inputs: [1, 1],
  attributes: { ...WINDOW_ATTRIBUTES, count_include_pad: "int" },
  infer: inferFloatPool,
};

/** GlobalAveragePool and GlobalMaxPool. */
export const globalPoolRule: OperatorRule = { inputs: [1, 1], infer: inferGlobal };

/** Pools (onnx/docs/Operators.md, under each operator's name). */
export const POOLING: RuleTable = {
  MaxPool: maxPoolRule,
  AveragePool: averagePoolRule,
  LpPool: { inputs: [1, 1], attributes: { ...WINDOW_ATTRIBUTES, p: "int" }, infer: inferFloatPool },
  GlobalAveragePool: globalPoolRule,
  GlobalMaxPool: globalPoolRule,
  GlobalLpPool: { inputs: [1, 1], attributes: { p: "int" }, infer: inferGlobal },
};
