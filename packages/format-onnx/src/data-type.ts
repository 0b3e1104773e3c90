import { type DType, DTYPES, UnsupportedError } from "@samoyed/core";
import { dtypeToOnnx } from "@samoyed/ir";

const BY_NUMBER: ReadonlyMap<number, DType> = new Map(
  DTYPES.filter((dtype) => dtype !== "complex32").map((dtype) => [dtypeToOnnx(dtype), dtype]),
);

/** `TensorProto.DataType` names of the element types that ONNX 1.23 has and Samoyed does not, for messages. */
const OTHERS: ReadonlyMap<number, string> = new Map([
  [8, "string"],
  [18, "float8e4m3fnuz"],
  [20, "float8e5m2fnuz"],
  [21, "uint4"],
  [22, "int4"],
  [23, "float4e2m1"],
  [24, "float8e8m0"],
  [25, "uint2"],
  [26, "int2"],
  [27, "float6e2m3"],
  [28, "float6e3m2"],
]);

/**
 * Returns ONNX's number of an element type; `what` is the value that has it, for messages.
 *
 * @throws UnsupportedError for `complex32`, which ONNX does not have.
 */
export function onnxDataType(dtype: DType, what: string): number {
  if (dtype === "complex32") {
    throw new UnsupportedError(`${what} is complex32; ONNX has no such element type`);
  }
  return dtypeToOnnx(dtype);
}

/** Returns the element type of an ONNX number, or `undefined` if ONNX has none or Samoyed does not know it. */
export function dtypeOf(dataType: number): DType | undefined {
  return BY_NUMBER.get(dataType);
}

/** Returns the name of an element type that Samoyed does not handle; `undefined` if ONNX has no such type either. */
export function unsupportedTypeName(dataType: number): string | undefined {
  return OTHERS.get(dataType);
}
