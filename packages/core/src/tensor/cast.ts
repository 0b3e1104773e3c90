import { bfloat16ArrayToFloat32, bfloat16ToFloat32, float32ArrayToBfloat16 } from "./bfloat16.ts";
import { allocateBytes } from "./allocate.ts";
import { bytesPerElement, type DType, type DTypeArrays } from "./dtype.ts";
import { UnsupportedError } from "../errors.ts";
import { float16ArrayToFloat32, float16ToFloat32, float32ArrayToFloat16 } from "./float16.ts";
import { float8E4m3fnToFloat32, float8E5m2ToFloat32 } from "./float8.ts";
import { BFLOAT16, encodeSmallFloat, FLOAT16, FLOAT8_E4M3FN, FLOAT8_E5M2, type SmallFloat } from "./small-float.ts";
import type { Tensor } from "./tensor.ts";
import { bytesToArray } from "./tensor-bytes.ts";

/** The dtypes that a cast may produce. */
export type FloatDType = "float64" | "float32" | "float16" | "bfloat16" | "float8_e4m3fn" | "float8_e5m2";

const SMALL: Readonly<Partial<Record<DType, SmallFloat>>> = {
  float16: FLOAT16,
  bfloat16: BFLOAT16,
  float8_e4m3fn: FLOAT8_E4M3FN,
  float8_e5m2: FLOAT8_E5M2,
};

/**
 * Checks that values of one dtype can be cast to another: any real dtype to any float dtype.
 *
 * @throws UnsupportedError for complex values and for a target that is not a float.
 */
export function requireCast(from: DType, to: DType): asserts to is FloatDType {
  const toFloat = to === "float64" || to === "float32" || SMALL[to] !== undefined;
  if (from !== to && (!toFloat || from.startsWith("complex"))) {
    throw new UnsupportedError(`a cast from ${from} to ${to} is not supported`, {
      hint: "Real dtypes can become float64, float32, float16, bfloat16, float8_e4m3fn or float8_e5m2.",
    });
  }
}

/**
 * Casts values to a float dtype in one rounding, to nearest, ties to even. Values out of range become infinity (NaN for
 * float8_e4m3fn). With the same dtype on both sides the array itself is returned.
 *
 * @throws UnsupportedError for complex values and for a target that is not a float.
 */
export function castArray<D extends DType>(values: DTypeArrays[DType], from: DType, to: D): DTypeArrays[D] {
  requireCast(from, to);
  if (from === to) {
    return values as DTypeArrays[D];
  }
  const target = bytesToArray(allocateBytes(values.length * bytesPerElement(to), `a cast to ${to}`), to);
  castInto(values, from, to, target);
  return target;
}

/** Casts a tensor to a float dtype; see `castArray`. */
export function castTensor<D extends DType>(tensor: Tensor, to: D): Tensor<D> {
  return { dtype: to, shape: tensor.shape, data: castArray(tensor.data, tensor.dtype, to) };
}

/** A tensor's values as float32: its own data when it is float32 (not a copy), else a new array. */
export function toFloat32(tensor: Tensor): Float32Array {
  return castArray(tensor.data, tensor.dtype, "float32");
}

function castInto(values: DTypeArrays[DType], from: DType, to: FloatDType, target: DTypeArrays[DType]): void {
  if (from === "float32" && to === "float16") {
    float32ArrayToFloat16(values as Float32Array, target as Uint16Array);
  } else if (from === "float32" && to === "bfloat16") {
    float32ArrayToBfloat16(values as Float32Array, target as Uint16Array);
  } else if (from === "float16" && to === "float32") {
    float16ArrayToFloat32(values as Uint16Array, target as Float32Array);
  } else if (from === "bfloat16" && to === "float32") {
    bfloat16ArrayToFloat32(values as Uint16Array, target as Float32Array);
  } else {
    castElements(values, from, to, target as Float64Array);
  }
}

function castElements(values: DTypeArrays[DType], from: DType, to: FloatDType, target: { [i: number]: number }): void {
  const decode = decoder(from, to);
  const small = SMALL[to];
  for (let i = 0; i < values.length; i++) {
    const value = decode(values[i]!);
    // A Float32Array rounds a double as IEEE 754 does; a Float64Array keeps it.
    target[i] = small === undefined ? value : encodeSmallFloat(value, small);
  }
}

/** A function from an array's element to a double that rounds to `to` as the exact value would. */
function decoder(from: DType, to: FloatDType): (element: number | bigint) => number {
  switch (from) {
    case "float16":
      return (element) => float16ToFloat32(Number(element));
    case "bfloat16":
      return (element) => bfloat16ToFloat32(Number(element));
    case "float8_e4m3fn":
      return (element) => float8E4m3fnToFloat32(Number(element));
    case "float8_e5m2":
      return (element) => float8E5m2ToFloat32(Number(element));
    case "int64":
    case "uint64":
      return to === "float64" ? Number : (element) => stickyNumber(BigInt(element));
    case "bool":
      return (element) => (Number(element) === 0 ? 0 : 1);
    default:
      return Number;
  }
}

/**
 * A 64-bit integer as a double whose lowest bit records whether any bits were cut off, so that rounding it to a
 * narrower float gives the same as rounding the integer.
 */
function stickyNumber(value: bigint): number {
  const magnitude = value < 0n ? -value : value;
  if (magnitude < 2n ** 53n) {
    return Number(value);
  }
  const cut = 11n;
  const rest = magnitude & ((1n << cut) - 1n);
  const kept = Number((magnitude >> cut) | (rest === 0n ? 0n : 1n)) * 2 ** Number(cut);
  return value < 0n ? -kept : kept;
}
