import { type DType, UnsupportedError } from "@samoyed/core";
import { readAttribute, readInt } from "../attributes.ts";
import type { Dim } from "../ir.ts";
import { constantDims } from "../known.ts";
import { multiplyDims } from "../dims.ts";
import {
  constantInts,
  describe,
  type InferCall,
  inputType,
  malformed,
  opaqueDim,
  type Operator,
  type ValueType,
} from "./operator.ts";

/** ONNX's numbers for element types (onnx.proto, TensorProto.DataType). */
const ONNX_DTYPES: ReadonlyMap<number, DType> = new Map([
  [1, "float32"],
  [2, "uint8"],
  [3, "int8"],
  [4, "uint16"],
  [5, "int16"],
  [6, "int32"],
  [7, "int64"],
  [9, "bool"],
  [10, "float16"],
  [11, "float64"],
  [12, "uint32"],
  [13, "uint64"],
  [14, "complex64"],
  [15, "complex128"],
  [16, "bfloat16"],
  [17, "float8_e4m3fn"],
  [19, "float8_e5m2"],
]);

/**
 * The element type behind ONNX's number for it, as attributes such as Cast's `to` carry it.
 *
 * @throws UnsupportedError for a number that has no dtype here (strings, 4-bit types, …).
 */
export function dtypeFromOnnx(code: number): DType {
  const dtype = ONNX_DTYPES.get(code);
  if (dtype === undefined) throw new UnsupportedError(`ONNX element type ${code} has no counterpart here`);
  return dtype;
}

/**
 * ONNX's number for an element type.
 *
 * @throws UnsupportedError for a type that ONNX lacks (complex32).
 */
export function dtypeToOnnx(dtype: DType): number {
  for (const [code, known] of ONNX_DTYPES) if (known === dtype) return code;
  throw new UnsupportedError(`ONNX has no element type ${dtype}`);
}

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
    `${describe(node)}: none of the attributes value, value_float(s), value_int(s) is present`,
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
  if (typeof length !== "number") return [undefined];
  return [{ dtype, shape: Array.from({ length }, (_, axis) => opaqueDim(call, axis)) }];
}

/** Shape's output: the sizes from `start` to `end` (opset 15), both clamped. */
function shapeDims(call: InferCall): readonly Dim[] {
  const { shape } = inputType(call, 0);
  return shape.slice(readInt(call.node, "start", 0), readInt(call.node, "end", shape.length));
}

function sizeDims(call: InferCall): readonly Dim[] | undefined {
  const count = multiplyDims(inputType(call, 0).shape);
  return count === undefined ? undefined : [count];
}

function inferRange(call: InferCall): readonly ValueType[] {
  const { dtype } = inputType(call, 0);
  const bounds = [0, 1, 2].map((index) => constantInts(call, index)?.[0]);
  const [start, limit, delta] = bounds;
  if (start === undefined || limit === undefined || delta === undefined) {
    return [{ dtype, shape: [opaqueDim(call, 0)] }];
  }
  if (delta === 0) throw malformed(call, "delta is 0");
  return [{ dtype, shape: [Math.max(0, Math.ceil((limit - start) / delta))] }];
}

function inferCast(call: InferCall): readonly ValueType[] {
  const to = readAttribute(call.node, "to", "int");
  if (to === undefined) throw malformed(call, `attribute "to" is missing`);
  return [{ dtype: dtypeFromOnnx(to), shape: inputType(call, 0).shape }];
}

function castDims(call: InferCall): readonly Dim[] | undefined {
  return call.dims(0);
}

/** Operators that make tensors, tell their sizes, or convert their elements. */
export const CONSTANTS: readonly Operator[] = [
  {
    op: "Constant",
    inputs: [0, 0],
    attributes: { value: "tensor", value_float: "float", value_floats: "floats", value_int: "int", value_ints: "ints" },
    infer: inferConstant,
    inferDims: constantNodeDims,
  },
  {
    op: "ConstantOfShape",
    inputs: [1, 1],
    attributes: { value: "tensor" },
    infer: inferConstantOfShape,
  },
  {
    op: "Shape",
    inputs: [1, 1],
    attributes: { end: "int", start: "int" },
    infer: (call) => [{ dtype: "int64", shape: [shapeDims(call).length] }],
    inferDims: shapeDims,
  },
  { op: "Size", inputs: [1, 1], infer: () => [{ dtype: "int64", shape: [] }], inferDims: sizeDims },
  { op: "Range", inputs: [3, 3], infer: inferRange },
  {
    op: "Cast",
    inputs: [1, 1],
    attributes: { round_mode: "string", saturate: "int", to: "int" },
    infer: inferCast,
    inferDims: castDims,
  },
];
