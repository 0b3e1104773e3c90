import { type DType, UnsupportedError } from "@samoyed/core";

/** ONNX's numbers of element types (onnx.proto, TensorProto.DataType). */
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
 * Returns the element type of an ONNX number, as in attributes such as Cast's `to`.
 *
 * @throws UnsupportedError for a number that has no dtype here (strings, 4-bit types, …).
 */
export function dtypeFromOnnx(code: number): DType {
  const dtype = ONNX_DTYPES.get(code);
  if (dtype === undefined) throw new UnsupportedError(`ONNX element type ${code} has no counterpart here`);
  return dtype;
}

/**
 * Returns ONNX's number of an element type.
 *
 * @throws UnsupportedError for a type that ONNX lacks (complex32).
 */
export function dtypeToOnnx(dtype: DType): number {
  for (const [code, known] of ONNX_DTYPES) if (known === dtype) return code;
  throw new UnsupportedError(`ONNX has no element type ${dtype}`);
}
