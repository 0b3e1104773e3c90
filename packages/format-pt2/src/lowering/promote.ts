import type { DType } from "@samoyed/core";
import type { Call } from "./call.ts";
import { isFloat, isIntegral } from "./literal.ts";

/** Types from narrow to wide: bool, integers, floats. */
const ORDER: readonly DType[] = [
  "bool",
  "uint8",
  "int8",
  "int16",
  "int32",
  "int64",
  "float16",
  "bfloat16",
  "float32",
  "float64",
];

function category(dtype: DType): number {
  return isFloat(dtype) ? 2 : Number(isIntegral(dtype));
}

/** The type that holds both (PyTorch 2.13, `c10/core/ScalarType.cpp`, `promoteTypes`). */
export function widerType(a: DType, b: DType): DType {
  const both = [a, b].sort((x, y) => ORDER.indexOf(x) - ORDER.indexOf(y));
  if (both[0] === "uint8" && both[1] === "int8") return "int16";
  if (both[0] === "float16" && both[1] === "bfloat16") return "float32";
  return both[1]!;
}

interface Typed {
  readonly dtype: DType;
  /** Priority of the operand: tensors with axes before those without, these before Python numbers. */
  readonly rank: 0 | 1 | 2;
}

function typed(call: Call, name: string): Typed {
  if (call.isTensor(name)) {
    const { dtype, sizes } = call.layout(name);
    return { dtype, rank: sizes.length > 0 ? 2 : 1 };
  }
  const type = call.numberType(name);
  return { dtype: type === "float" ? "float32" : type === "bool" ? "bool" : "int64", rank: 0 };
}

/**
 * The type in which PyTorch compares two operands: a number or a tensor without axes widens the other only to another
 * kind of number (PyTorch 2.13, `aten/src/ATen/native/TypeProperties.cpp`, `result_type`).
 */
export function comparedType(call: Call, a: string, b: string): DType {
  const [x, y] = [typed(call, a), typed(call, b)];
  if (x.rank === y.rank) return widerType(x.dtype, y.dtype);
  const [more, less] = x.rank > y.rank ? [x, y] : [y, x];
  return category(less.dtype) > category(more.dtype) ? less.dtype : more.dtype;
}

/** An argument, tensor or number, as a value of a type. */
export function valueOf(call: Call, name: string, dtype: DType): string {
  return call.isTensor(name) ? call.emitter.cast(call.tensor(name), dtype) : call.scalar(name, dtype);
}
