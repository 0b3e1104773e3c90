import type { DType, DTypeArrays } from "./dtype.ts";
import type { Shape } from "./shape.ts";
import type { ReadOptions } from "../io/source.ts";

/** A tensor in memory: contiguous, row-major. */
export interface Tensor<D extends DType = DType> {
  readonly dtype: D;
  readonly shape: Shape;
  readonly data: DTypeArrays[D];
}

/**
 * A named tensor whose bytes are read on demand: contiguous, row-major, little-endian, whatever layout the
 * file has. Transformations wrap lazy tensors in lazy tensors, so converting a network takes the memory of one tensor.
 */
export interface LazyTensor {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: Shape;
  /** The elements, if they are in memory anyway: shape inference reads small ones synchronously. */
  readonly tensor?: Tensor;
  /** The integers that the elements are made of, if they are; what changes elements drops it. */
  readonly quantized?: QuantizedForm;
  /** What the file holds where no dtype says it, such as `quantized qint8`; `read` and `chunks` then fail. */
  readonly stored?: string;
  /** All bytes, `elementCount(shape) * bytesPerElement(dtype)` of them; the caller owns the array. */
  read(options?: ReadOptions): Promise<Uint8Array>;
  /** The same bytes in order, in pieces of about 1 MiB; each piece is valid until the next is requested. */
  chunks(options?: ReadOptions): AsyncIterable<Uint8Array>;
}

/**
 * The way in which a float32 tensor was made of integers: each element is an integer less its zero point, times its
 * scale, rounded once. A writer may store such integers and lose nothing.
 */
export interface QuantizedForm {
  /** The least and the largest integer that may occur. */
  readonly range: readonly [least: number, most: number];
  /** float32: one for all elements, or one for each position along `axis`. */
  readonly scales: LazyTensor;
  /** As many, or one for all; 0 when absent. */
  readonly zeros: LazyTensor | undefined;
  readonly axis: number;
}
