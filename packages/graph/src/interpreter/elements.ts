import {
  bytesPerElement,
  bytesToArray,
  castArray,
  type DType,
  elementCount,
  type Tensor,
  type TypedArray,
  UnsupportedError,
} from "@samoyed/core";
import { numbers } from "@samoyed/ir";
import type { TensorType } from "./interpreter.ts";

/** A zeroed array for the elements of a dtype. */
export function newArray(dtype: DType, count: number): TypedArray {
  return bytesToArray(new Uint8Array(count * bytesPerElement(dtype)), dtype);
}

/**
 * Doubles as a tensor: floats are rounded to nearest; integers must be whole and exact already, and wrap around as
 * two's complement does; for `bool` anything but 0 is 1.
 *
 * @throws UnsupportedError when an integer type is to hold a fraction, a NaN or something beyond 2^53.
 */
export function tensorOf(type: TensorType, values: Float64Array): Tensor {
  if (isInteger(type.dtype)) {
    const odd = values.find((value) => !Number.isSafeInteger(value));
    if (odd !== undefined)
      throw new UnsupportedError(`the interpreter computed ${odd}, which is no exact ${type.dtype}`);
  }
  return { dtype: type.dtype, shape: type.shape, data: roundTo(type.dtype, values) };
}

function roundTo(dtype: DType, values: Float64Array): TypedArray {
  switch (dtype) {
    case "float64":
      return values;
    case "int64":
      return BigInt64Array.from(values, BigInt);
    case "uint64":
      return BigUint64Array.from(values, (value) => BigInt.asUintN(64, BigInt(value)));
    case "bool":
      return Uint8Array.from(values, (value) => (value === 0 ? 0 : 1));
    case "int32":
      return Int32Array.from(values);
    case "uint32":
      return Uint32Array.from(values);
    case "int16":
      return Int16Array.from(values);
    case "uint16":
      return Uint16Array.from(values);
    case "int8":
      return Int8Array.from(values);
    case "uint8":
      return Uint8Array.from(values);
    default:
      return castArray(values, "float64", dtype);
  }
}

/** A tensor's elements as doubles; treat them as read-only. */
export function doubles(tensor: Tensor): Float64Array {
  const values = numbers(tensor);
  return values instanceof Float64Array ? values : new Float64Array(values);
}

/** A zeroed array of doubles for an output's elements. */
export function newNumbers(type: TensorType): Float64Array {
  return new Float64Array(elementCount(type.shape));
}

/** Whether a dtype contains integers (`bool` not among them). */
export function isInteger(dtype: DType): boolean {
  return dtype.startsWith("int") || dtype.startsWith("uint");
}

/**
 * A tensor made of another's elements: output element `i` is element `sources[i]`, or the first of `fill` (zero when
 * absent) where that is negative. Nothing is computed, so every dtype goes through.
 */
export function pick(tensor: Tensor, type: TensorType, sources: Int32Array, fill?: Tensor): Tensor {
  const data = newArray(type.dtype, sources.length);
  const { data: from } = tensor;
  // Complex elements are pairs in one array.
  const width = data.length / Math.max(1, sources.length);
  const missing = fill?.data[0];
  for (let index = 0; index < sources.length; index++) {
    const source = sources[index]!;
    for (let part = 0; part < width; part++) {
      const value = source < 0 ? missing : from[source * width + part];
      if (value !== undefined) data[index * width + part] = value;
    }
  }
  return { dtype: type.dtype, shape: type.shape, data };
}

/** To the nearest integer, halves to even, as ONNX's Round and QuantizeLinear ask. */
export function roundHalfEven(x: number): number {
  const floor = Math.floor(x);
  const rest = x - floor;
  if (rest !== 0.5) return rest < 0.5 ? floor : floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}
