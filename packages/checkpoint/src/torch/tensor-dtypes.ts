import { type DType, UnsupportedError } from "@samoyed/core";
import { describeValue, PyGlobal, type PyValue } from "../pickle/values.ts";

/** `torch.<name>`, aliases included (PyTorch 2.13, `torch/csrc/utils/tensor_dtypes.cpp`). */
const TORCH_DTYPES: ReadonlyMap<string, DType> = new Map<string, DType>([
  ["float64", "float64"],
  ["double", "float64"],
  ["float32", "float32"],
  ["float", "float32"],
  ["float16", "float16"],
  ["half", "float16"],
  ["bfloat16", "bfloat16"],
  ["float8_e4m3fn", "float8_e4m3fn"],
  ["float8_e5m2", "float8_e5m2"],
  ["int64", "int64"],
  ["long", "int64"],
  ["int32", "int32"],
  ["int", "int32"],
  ["int16", "int16"],
  ["short", "int16"],
  ["int8", "int8"],
  ["uint64", "uint64"],
  ["uint32", "uint32"],
  ["uint16", "uint16"],
  ["uint8", "uint8"],
  ["bool", "bool"],
  ["complex128", "complex128"],
  ["cdouble", "complex128"],
  ["complex64", "complex64"],
  ["cfloat", "complex64"],
  ["complex32", "complex32"],
  ["chalf", "complex32"],
]);

/** PyTorch's other dtypes: rare float8 formats, packed integers of less than a byte, quantized types. */
const UNKNOWN_DTYPE = /^(float[48]_|u?int[1-7]$|bits|q)/;

/** Whether a value is a dtype of PyTorch that Samoyed does not read; such a tensor is listed. */
export function isUnknownDType(value: PyValue | undefined): value is PyGlobal {
  return (
    value instanceof PyGlobal &&
    value.module === "torch" &&
    !TORCH_DTYPES.has(value.name) &&
    UNKNOWN_DTYPE.test(value.name)
  );
}

/**
 * Reads the dtype named in a pickle.
 *
 * @throws UnsupportedError for every other name.
 */
export function readDType(value: PyValue | undefined, where: () => string): DType {
  const dtype = value instanceof PyGlobal && value.module === "torch" ? TORCH_DTYPES.get(value.name) : undefined;
  if (dtype === undefined) {
    throw new UnsupportedError(`${where()}: the tensor's dtype is ${describeValue(value)}, which is not supported`, {
      hint: "Convert it in Python, for example with `.float()`, and save it again.",
    });
  }
  return dtype;
}
