/** Element types, by their NumPy-style names. */
export type DType =
  | "float64"
  | "float32"
  | "float16"
  | "bfloat16"
  | "float8_e4m3fn"
  | "float8_e5m2"
  | "int64"
  | "int32"
  | "int16"
  | "int8"
  | "uint64"
  | "uint32"
  | "uint16"
  | "uint8"
  | "bool"
  | "complex128"
  | "complex64"
  | "complex32";

/** The typed arrays used for tensor data. */
export type TypedArray =
  | Float64Array
  | Float32Array
  | BigInt64Array
  | BigUint64Array
  | Int32Array
  | Uint32Array
  | Int16Array
  | Uint16Array
  | Int8Array
  | Uint8Array;

/** The array type of each dtype: float16 and bfloat16 as their bits (Uint16Array), float8 and bool as bytes, complex as interleaved pairs. */
export interface DTypeArrays {
  readonly float64: Float64Array;
  readonly float32: Float32Array;
  readonly float16: Uint16Array;
  readonly bfloat16: Uint16Array;
  readonly float8_e4m3fn: Uint8Array;
  readonly float8_e5m2: Uint8Array;
  readonly int64: BigInt64Array;
  readonly int32: Int32Array;
  readonly int16: Int16Array;
  readonly int8: Int8Array;
  readonly uint64: BigUint64Array;
  readonly uint32: Uint32Array;
  readonly uint16: Uint16Array;
  readonly uint8: Uint8Array;
  readonly bool: Uint8Array;
  readonly complex128: Float64Array;
  readonly complex64: Float32Array;
  readonly complex32: Uint16Array;
}

const BYTES: Readonly<Record<DType, number>> = {
  float64: 8,
  float32: 4,
  float16: 2,
  bfloat16: 2,
  float8_e4m3fn: 1,
  float8_e5m2: 1,
  int64: 8,
  int32: 4,
  int16: 2,
  int8: 1,
  uint64: 8,
  uint32: 4,
  uint16: 2,
  uint8: 1,
  bool: 1,
  complex128: 16,
  complex64: 8,
  complex32: 4,
};

/** Every dtype, widest floats first. */
export const DTYPES: readonly DType[] = Object.keys(BYTES) as DType[];

/** Bytes per element. */
export function bytesPerElement(dtype: DType): number {
  return BYTES[dtype];
}

/** Whether `name` is a dtype that Samoyed knows. */
export function isDType(name: string): name is DType {
  return Object.hasOwn(BYTES, name);
}
