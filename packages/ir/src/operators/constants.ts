import { UnsupportedError } from "@samoyed/core";
import { readAttribute } from "../attributes.ts";
import { constantDims } from "../known.ts";
import { MAX_RANK } from "../limits.ts";
import { describeNode, nodeFormatError } from "../node-errors.ts";
import { parameters } from "../tensor-numbers.ts";
import type { Dim, ValueType } from "../types.ts";
import { constantInts, type InferCall, inputType, opaqueDim, type RuleTable } from "./rule.ts";
import { shapeRule } from "./shape.ts";

function inferConstant(call: InferCall): readonly ValueType[] {
  const { node } = call;
  const tensor = readAttribute(node, "value", "tensor");
  if (tensor !== undefined) return [{ dtype: tensor.dtype, shape: tensor.shape }];
  if (readAttribute(node, "value_float", "float") !== undefined) return [{ dtype: "float32", shape: [] }];
  if (readAttribute(node, "value_int", "int") !== undefined) return [{ dtype: "int64", shape: [] }];
  const floats = readAttribute(node, "value_floats", "floats");
  if (floats !== undefined) return [{ dtype: "float32", shape: [floats.length] }];
  const ints = readAttribute(node, "value_ints", "ints");
  if (ints !== undefined) return [{ dtype: "int64", shape: [ints.length] }];
  throw new UnsupportedError(
    `${describeNode(node)}: none of the attributes value, value_float(s), value_int(s) is present`,
  );
}

function constantNodeDims({ node }: InferCall): readonly Dim[] | undefined {
  const tensor = readAttribute(node, "value", "tensor");
  if (tensor !== undefined) return constantDims(tensor);
  const value = readAttribute(node, "value_int", "int");
  return value === undefined ? readAttribute(node, "value_ints", "ints") : [value];
}

function inferConstantOfShape(call: InferCall): readonly (ValueType | undefined)[] {
  const dtype = readAttribute(call.node, "value", "tensor")?.dtype ?? "float32";
  const shape = call.dims(0);
  if (shape !== undefined) return [{ dtype, shape }];
  const length = inputType(call, 0).shape[0];
  if (typeof length !== "number" || length > MAX_RANK) return [undefined];
  return [{ dtype, shape: Array.from({ length }, (_, axis) => opaqueDim(call, axis)) }];
}

/** The same integer so many times: exporters compare a shape with such a list. */
function filledDims(call: InferCall): readonly Dim[] | undefined {
  const tensor = readAttribute(call.node, "value", "tensor");
  const value = tensor && constantDims(tensor)?.[0];
  const count = call.dims(0)?.[0];
  return value === undefined || typeof count !== "number" ? undefined : new Array<Dim>(count).fill(value);
}

function sizeDims(call: InferCall): readonly Dim[] | undefined {
  const count = call.sizes.multiply(inputType(call, 0).shape);
  return count === undefined ? undefined : [count];
}

function inferRange(call: InferCall): readonly ValueType[] {
  const { dtype } = inputType(call, 0);
  const bounds = [0, 1, 2].map((index) => {
    const tensor = call.constant(index);
    return tensor === undefined ? constantInts(call, index)?.[0] : parameters(tensor)[0];
  });
  const [start, limit, delta] = bounds;
  if (start === undefined || limit === undefined || delta === undefined) {
    const size = start === 0 && delta === 1 ? call.dims(1)?.[0] : undefined;
    // A size counts up to itself; what may be negative counts nothing then.
    const isSize = size !== undefined && call.sizes.isCertain(size);
    return [{ dtype, shape: [isSize ? size : opaqueDim(call, 0)] }];
  }
  if (delta === 0) throw nodeFormatError(call.node, "delta is 0");
  return [{ dtype, shape: [Math.max(0, Math.ceil((limit - start) / delta))] }];
}

/** Operators that make tensors or return their sizes (onnx/docs/Operators.md, under each operator's name). */
export const CONSTANTS: RuleTable = {
  Constant: {
    inputs: [0, 0],
    attributes: { value: "tensor", value_float: "float", value_floats: "floats", value_int: "int", value_ints: "ints" },
    infer: inferConstant,
    inferDims: constantNodeDims,
  },
  ConstantOfShape: {
    since: 9,
    inputs: [1, 1],
    attributes: { value: "tensor" },
    infer: inferConstantOfShape,
    inferDims: filledDims,
  },
  Shape: shapeRule,
  Size: { inputs: [1, 1], infer: () => [{ dtype: "int64", shape: [] }], inferDims: sizeDims },
  Range: { since: 11, inputs: [3, 3], infer: inferRange },
};
