import { broadcastShapes } from "./broadcast.ts";
import {
  describeInput,
  type InferCall,
  inputType,
  MANY,
  misfit,
  type Operator,
  requireDType,
  requireSameDType,
  type ValueType,
} from "./operator.ts";

function indexes(call: InferCall): readonly number[] {
  return call.inputs.map((_, index) => index);
}

function inferArithmetic(call: InferCall): readonly ValueType[] {
  requireSameDType(call);
  return [{ dtype: inputType(call, 0).dtype, shape: broadcastShapes(call, indexes(call)) }];
}

/** Pow's exponent may have a type of its own; the result has the base's. */
function inferPow(call: InferCall): readonly ValueType[] {
  return [{ dtype: inputType(call, 0).dtype, shape: broadcastShapes(call, indexes(call)) }];
}

function inferComparison(call: InferCall): readonly ValueType[] {
  requireSameDType(call);
  return [{ dtype: "bool", shape: broadcastShapes(call, indexes(call)) }];
}

function inferLogic(call: InferCall): readonly ValueType[] {
  for (const index of indexes(call)) requireDType(call, index, ["bool"]);
  return [{ dtype: "bool", shape: broadcastShapes(call, indexes(call)) }];
}

function inferWhere(call: InferCall): readonly ValueType[] {
  requireDType(call, 0, ["bool"]);
  requireSameDType(call, 1);
  return [{ dtype: inputType(call, 1).dtype, shape: broadcastShapes(call, [0, 1, 2]) }];
}

function inferClip(call: InferCall): readonly ValueType[] {
  requireSameDType(call);
  for (const index of [1, 2]) {
    const bound = call.inputs[index];
    if (bound !== undefined && bound.shape.length !== 0) {
      throw misfit(call, `${describeInput(call, index)}; expected a scalar`);
    }
  }
  return [inputType(call, 0)];
}

/** PRelu's slope broadcasts one way only: the output has the input's shape. */
function inferPRelu(call: InferCall): readonly ValueType[] {
  requireSameDType(call);
  return [inputType(call, 0)];
}

// Before opset 7, broadcasting was asked for and placed by attributes.
const LEGACY = { axis: "int", broadcast: "int" } as const;

/** Functions of the elements of several tensors, broadcast together. */
export const BINARY: readonly Operator[] = [
  ...["Add", "Sub", "Mul", "Div"].map((op): Operator => ({
    op,
    inputs: [2, 2],
    attributes: LEGACY,
    infer: inferArithmetic,
  })),
  ...["Max", "Min", "Sum", "Mean"].map((op): Operator => ({ op, inputs: [1, MANY], infer: inferArithmetic })),
  { op: "Pow", inputs: [2, 2], attributes: LEGACY, infer: inferPow },
  { op: "Mod", inputs: [2, 2], attributes: { fmod: "int" }, infer: inferArithmetic },
  ...["Equal", "Greater", "Less", "GreaterOrEqual", "LessOrEqual"].map((op): Operator => ({
    op,
    inputs: [2, 2],
    attributes: LEGACY,
    infer: inferComparison,
  })),
  ...["And", "Or", "Xor"].map((op): Operator => ({ op, inputs: [2, 2], attributes: LEGACY, infer: inferLogic })),
  { op: "Not", inputs: [1, 1], infer: inferLogic },
  { op: "Where", inputs: [3, 3], infer: inferWhere },
  { op: "Clip", inputs: [1, 3], attributes: { max: "float", min: "float" }, infer: inferClip },
  { op: "PRelu", inputs: [2, 2], infer: inferPRelu },
];
