import type { DType } from "./dtype.ts";

/** safetensors 0.6, `src/tensor.rs`, `Dtype`; F8_E8M0, F6 and F4 are not supported. */
export const DTYPES: ReadonlyMap<string, DType> = new Map<string, DType>([
  ["BOOL", "bool"],
  ["U8", "uint8"],
  ["I8", "int8"],
  ["F8_E5M2", "float8_e5m2"],
  ["F8_E4M3", "float8_e4m3fn"],
  ["I16", "int16"],
  ["U16", "uint16"],
  ["F16", "float16"],
  ["BF16", "bfloat16"],
  ["I32", "int32"],
  ["U32", "uint32"],
  ["F32", "float32"],
  ["C64", "complex64"],
  ["F64", "float64"],
  ["I64", "int64"],
  ["U64", "uint64"],
]);

/** The safetensors names of dtypes; complex dtypes other than complex64 have none. */
export const SAFETENSORS_DTYPES: ReadonlyMap<DType, string> = new Map(
  [...DTYPES].map(([name, dtype]) => [dtype, name]),
);
