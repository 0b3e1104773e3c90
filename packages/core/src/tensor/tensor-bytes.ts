import { allocateBytes } from "./allocate.ts";
import { bytesPerElement, type DType, type DTypeArrays, type TypedArray } from "./dtype.ts";
import { ShapeError } from "../errors.ts";
import { elementCount, formatShape, type Shape } from "./shape.ts";
import type { Tensor } from "./tensor.ts";

type ArrayConstructor = new (buffer: ArrayBufferLike, byteOffset: number, length: number) => TypedArray;

const ARRAYS: Readonly<Record<DType, ArrayConstructor>> = {
  float64: Float64Array,
  float32: Float32Array,
  float16: Uint16Array,
  bfloat16: Uint16Array,
  float8_e4m3fn: Uint8Array,
  float8_e5m2: Uint8Array,
  int64: BigInt64Array,
  int32: Int32Array,
  int16: Int16Array,
  int8: Int8Array,
  uint64: BigUint64Array,
  uint32: Uint32Array,
  uint16: Uint16Array,
  uint8: Uint8Array,
  bool: Uint8Array,
  complex128: Float64Array,
  complex64: Float32Array,
  complex32: Uint16Array,
};

/** The size of a tensor in bytes. */
export function tensorByteLength(dtype: DType, shape: Shape): number {
  return elementCount(shape) * bytesPerElement(dtype);
}

/**
 * Little-endian bytes as the typed array of a dtype: a view if the alignment allows it, else a copy.
 *
 * @throws ShapeError when the bytes are not a whole number of elements.
 */
export function bytesToArray<D extends DType>(bytes: Uint8Array, dtype: D): DTypeArrays[D] {
  const size = bytesPerElement(dtype);
  if (bytes.byteLength % size !== 0) {
    throw new ShapeError(`${bytes.byteLength} bytes are not a whole number of ${dtype} elements, ${size} bytes each`);
  }
  const Constructor = ARRAYS[dtype];
  // Complex elements are pairs, so the array's own element size decides.
  const width = (Constructor as unknown as { BYTES_PER_ELEMENT: number }).BYTES_PER_ELEMENT;
  const aligned = bytes.byteOffset % width === 0 ? bytes : bytes.slice();
  const array = new Constructor(aligned.buffer, aligned.byteOffset, aligned.byteLength / width);
  return array as DTypeArrays[D];
}

/** A typed array's memory as bytes: a view. */
export function arrayToBytes(array: TypedArray): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

/**
 * Makes a tensor of little-endian bytes: a view if the alignment allows it, else a copy.
 *
 * @throws ShapeError when the number of bytes does not match the shape.
 */
export function bytesToTensor<D extends DType>(bytes: Uint8Array, dtype: D, shape: Shape): Tensor<D> {
  const expected = tensorByteLength(dtype, shape);
  if (bytes.byteLength !== expected) {
    throw new ShapeError(
      `${bytes.byteLength} bytes for a tensor ${dtype} ${formatShape(shape)}; expected ${expected} bytes`,
    );
  }
  return { dtype, shape: [...shape], data: bytesToArray(bytes, dtype) };
}

/**
 * Allocates a tensor of zeros.
 *
 * @throws UnsupportedError when it does not fit in one array.
 */
export function zeros<D extends DType>(dtype: D, shape: Shape): Tensor<D> {
  const bytes = allocateBytes(tensorByteLength(dtype, shape), `a tensor ${dtype} ${formatShape(shape)}`);
  return { dtype, shape: [...shape], data: bytesToArray(bytes, dtype) };
}
