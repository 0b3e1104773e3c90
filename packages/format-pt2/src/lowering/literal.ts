import {
  type DType,
  type DTypeArrays,
  elementCount,
  float32ToBfloat16,
  float32ToFloat16,
  type Shape,
  type Tensor,
  UnsupportedError,
} from "@samoyed/core";

type Make = (values: readonly number[]) => DTypeArrays[DType];

const MAKERS: Readonly<Partial<Record<DType, Make>>> = {
  float64: (values) => Float64Array.from(values),
  float32: (values) => Float32Array.from(values),
  float16: (values) => Uint16Array.from(values, float32ToFloat16),
  bfloat16: (values) => Uint16Array.from(values, float32ToBfloat16),
  int64: (values) => BigInt64Array.from(values, BigInt),
  int32: (values) => Int32Array.from(values),
  int16: (values) => Int16Array.from(values),
  int8: (values) => Int8Array.from(values),
  uint8: (values) => Uint8Array.from(values),
  bool: (values) => Uint8Array.from(values, (value) => (value === 0 ? 0 : 1)),
};

const INTEGERS: ReadonlySet<DType> = new Set<DType>(["int64", "int32", "int16", "int8", "uint8"]);

/**
 * A tensor of numbers, rounded once to the type; integers are cut toward zero, as PyTorch converts them.
 *
 * @throws UnsupportedError for a type that has no such values.
 */
export function literal(dtype: DType, shape: Shape, values: readonly number[]): Tensor {
  const make = MAKERS[dtype];
  if (make === undefined || values.length !== elementCount(shape)) {
    throw new UnsupportedError(`constants of type ${dtype} are not handled`);
  }
  const rounded = INTEGERS.has(dtype) ? values.map(Math.trunc) : values;
  if (INTEGERS.has(dtype) && !rounded.every(Number.isSafeInteger)) {
    throw new UnsupportedError(
      `the constant ${values.find((value) => !Number.isSafeInteger(value))} does not fit ${dtype}`,
    );
  }
  return { dtype, shape, data: make(rounded) };
}

/** Whether a type holds whole numbers; bools are not counted. */
export function isIntegral(dtype: DType): boolean {
  return INTEGERS.has(dtype);
}

/** Whether a type holds floating-point numbers. */
export function isFloat(dtype: DType): boolean {
  return dtype === "float32" || dtype === "float64" || dtype === "float16" || dtype === "bfloat16";
}
