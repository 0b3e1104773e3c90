import { readInt } from "../attributes.ts";
import { type InferCall, inputType, normalizeAxis, type Operator, requireFloat, type ValueType } from "./operator.ts";

function inferSoftmax(call: InferCall): readonly ValueType[] {
  requireFloat(call, 0);
  const x = inputType(call, 0);
  const axis = readInt(call.node, "axis", call.opset >= 13 ? -1 : 1);
  // Before opset 13 the tensor is seen as a matrix, and an axis at the very end is allowed.
  if (call.opset >= 13 || axis !== x.shape.length) normalizeAxis(call, axis, x.shape.length);
  return [x];
}

/** Functions that compare the elements along an axis. */
export const SOFTMAX: readonly Operator[] = ["Softmax", "LogSoftmax", "Hardmax"].map((op): Operator => ({
  op,
  inputs: [1, 1],
  attributes: { axis: "int" },
  infer: inferSoftmax,
}));
