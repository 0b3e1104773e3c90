import { allocateBytes } from "./allocate.ts";
import { castArray, requireCast } from "./cast.ts";
import { CHUNK_BYTES } from "../io/chunk-bytes.ts";
import { bytesPerElement, type DType } from "./dtype.ts";
import { ShapeError, throwIfAborted } from "../errors.ts";
import { elementCount, formatShape, type Shape } from "./shape.ts";
import type { ReadOptions } from "../io/source.ts";
import type { LazyTensor, Tensor } from "./tensor.ts";
import { arrayToBytes, bytesToArray, bytesToTensor, tensorByteLength } from "./tensor-bytes.ts";

/** Name, dtype and shape: the facts known before a tensor is read. */
export interface TensorInfo {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: Shape;
}

/**
 * Makes a lazy tensor from a function that yields its bytes in order; `read` collects them.
 *
 * @throws ShapeError when the shape has a negative size or too many elements, and from `read` when the pieces do not
 * add up to the tensor's size.
 */
export function lazyFromChunks(
  info: TensorInfo,
  chunks: (options: ReadOptions) => AsyncIterable<Uint8Array>,
): LazyTensor {
  const byteLength = tensorByteLength(info.dtype, info.shape);
  return {
    name: info.name,
    dtype: info.dtype,
    shape: [...info.shape],
    chunks: (options = {}) => chunks(options),
    read: (options = {}) => collectChunks(chunks(options), { byteLength, label: describe(info) }),
  };
}

/** Wraps a tensor in memory as a lazy one. Its data is not copied, so it must not change. */
export function lazyTensor(name: string, tensor: Tensor): LazyTensor {
  const bytes = arrayToBytes(tensor.data);
  const expected = tensorByteLength(tensor.dtype, tensor.shape);
  const info = { name, dtype: tensor.dtype, shape: tensor.shape };
  if (bytes.byteLength !== expected) {
    throw new ShapeError(`${describe(info)}: ${bytes.byteLength} bytes of data; expected ${expected}`);
  }
  async function* chunks(options: ReadOptions): AsyncGenerator<Uint8Array> {
    for (let start = 0; start < bytes.byteLength; start += CHUNK_BYTES) {
      throwIfAborted(options.signal);
      yield bytes.subarray(start, start + CHUNK_BYTES);
    }
  }
  return { ...lazyFromChunks(info, chunks), tensor };
}

/**
 * Joins pieces into one array.
 *
 * @throws ShapeError when they are not exactly `byteLength` bytes.
 * @throws UnsupportedError when they do not fit in one array.
 */
export async function collectChunks(
  chunks: AsyncIterable<Uint8Array>,
  { byteLength, label }: { readonly byteLength: number; readonly label: string },
): Promise<Uint8Array> {
  const bytes = allocateBytes(byteLength, label);
  let position = 0;
  for await (const chunk of chunks) {
    if (chunk.byteLength > byteLength - position) {
      throw new ShapeError(`${label}: received more than its ${byteLength} bytes`);
    }
    bytes.set(chunk, position);
    position += chunk.byteLength;
  }
  if (position !== byteLength) {
    throw new ShapeError(`${label}: ${position} bytes received; expected ${byteLength}`);
  }
  return bytes;
}

/** Reads a whole tensor into memory; the caller owns it. */
export async function readTensor(lazy: LazyTensor, options: ReadOptions = {}): Promise<Tensor> {
  return bytesToTensor(await lazy.read(options), lazy.dtype, lazy.shape);
}

/** Reads a whole tensor as float32, casting from any other dtype; the caller owns the array. */
export async function readFloat32(lazy: LazyTensor, options: ReadOptions = {}): Promise<Float32Array> {
  requireCast(lazy.dtype, "float32");
  return castArray(bytesToArray(await lazy.read(options), lazy.dtype), lazy.dtype, "float32");
}

/**
 * Casts a lazy tensor to another float dtype, piece by piece while it is read; see `castArray`.
 *
 * @throws UnsupportedError for complex values and for a target that is no float.
 */
export function castLazy(lazy: LazyTensor, dtype: DType): LazyTensor {
  requireCast(lazy.dtype, dtype);
  if (lazy.dtype === dtype) {
    return lazy;
  }
  async function* chunks(options: ReadOptions): AsyncGenerator<Uint8Array> {
    for await (const chunk of wholeElements(lazy.chunks(options), bytesPerElement(lazy.dtype))) {
      yield arrayToBytes(castArray(bytesToArray(chunk, lazy.dtype), lazy.dtype, dtype));
    }
  }
  return lazyFromChunks({ name: lazy.name, dtype, shape: lazy.shape }, chunks);
}

/** Renames a lazy tensor; its elements stay as they are, and so does its quantized form. */
export function renameLazy(lazy: LazyTensor, name: string): LazyTensor {
  return {
    name,
    dtype: lazy.dtype,
    shape: lazy.shape,
    ...(lazy.tensor && { tensor: lazy.tensor }),
    ...(lazy.quantized && { quantized: lazy.quantized }),
    ...(lazy.stored !== undefined && { stored: lazy.stored }),
    read: (options) => lazy.read(options),
    chunks: (options) => lazy.chunks(options),
  };
}

/**
 * Changes a lazy tensor's shape to another of as many elements.
 *
 * @throws ShapeError when the number of elements differs.
 */
export function reshapeLazy(lazy: LazyTensor, shape: Shape): LazyTensor {
  if (elementCount(shape) !== elementCount(lazy.shape)) {
    throw new ShapeError(`${describe(lazy)} cannot take the shape ${formatShape(shape)}`);
  }
  const { quantized, ...rest } = renameLazy(lazy, lazy.name);
  return {
    ...rest,
    shape: [...shape],
    // Scales along an axis may have none in the new shape.
    ...(quantized && elementCount(quantized.scales.shape) === 1 && { quantized }),
    ...(lazy.tensor && { tensor: { ...lazy.tensor, shape: [...shape] } }),
  };
}

/** Splits a stream of bytes so that each piece contains whole elements. */
export async function* wholeElements(chunks: AsyncIterable<Uint8Array>, size: number): AsyncGenerator<Uint8Array> {
  let rest: Uint8Array = new Uint8Array(0);
  for await (const chunk of chunks) {
    let bytes = chunk;
    if (rest.byteLength > 0) {
      bytes = new Uint8Array(rest.byteLength + chunk.byteLength);
      bytes.set(rest);
      bytes.set(chunk, rest.byteLength);
    }
    const whole = bytes.byteLength - (bytes.byteLength % size);
    rest = bytes.slice(whole);
    if (whole > 0) {
      yield bytes.subarray(0, whole);
    }
  }
  if (rest.byteLength > 0) {
    throw new ShapeError(`${rest.byteLength} bytes are left over after elements of ${size} bytes`);
  }
}

function describe(info: TensorInfo): string {
  return `tensor ${JSON.stringify(info.name)} ${info.dtype} ${formatShape(info.shape)}`;
}
