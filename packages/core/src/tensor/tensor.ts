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
 * A named tensor whose bytes are fetched when asked for: contiguous, row-major, little-endian, whatever layout the
 * file has. Transformations wrap lazy tensors in lazy tensors, so a whole network passes through one tensor's memory.
 */
export interface LazyTensor {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: Shape;
  /** The elements, where they are in memory anyway: shape inference looks at small ones without waiting. */
  readonly tensor?: Tensor;
  /** All bytes, `elementCount(shape) * bytesPerElement(dtype)` of them; the caller owns the array. */
  read(options?: ReadOptions): Promise<Uint8Array>;
  /** The same bytes in order, in pieces of about 1 MiB; each piece is valid until the next is asked for. */
  chunks(options?: ReadOptions): AsyncIterable<Uint8Array>;
}
