import type { DType, TypedArray } from "@samoyed/core";

const INTEGERS: ReadonlySet<DType> = new Set<DType>(["int64", "int32", "int16", "int8", "uint8", "bool"]);

/** Whether a type's values are 32-bit integers in memory. */
export function isInteger(dtype: DType): boolean {
  return INTEGERS.has(dtype);
}

/** The types of what goes in and out of a run, for messages. */
export const PORT_TYPES = "float32 and integers";

/** Whether values of a type go in and out of a run. */
export function isPortType(dtype: DType): boolean {
  return dtype === "float32" || isInteger(dtype);
}

const LEAST = -(2 ** 31);
const MOST = 2 ** 31 - 1;

/** Integers as 32-bit words; those beyond are the nearest, as an open end of a slice means. */
export function integerWords(values: TypedArray | readonly number[]): Int32Array {
  return Int32Array.from(values as ArrayLike<number | bigint>, (value) =>
    Math.min(MOST, Math.max(LEAST, Number(value))),
  );
}
