import {
  allocateBytes,
  type ByteSource,
  bytesPerElement,
  CHUNK_BYTES,
  contiguousStrides,
  type DType,
  elementCount,
  formatShape,
  type LazyTensor,
  quote,
  readInto,
  type ReadOptions,
  sourceChunks,
  throwIfAborted,
  UnsupportedError,
} from "@samoyed/core";
import { type Block, gather, part } from "./gather.ts";
import type { PyTensor } from "../pickle/values.ts";
import { isContiguous } from "./strided-layout.ts";

/** Bytes gathered at a time when a strided tensor is read in chunks; each block costs one pass over its part of the file. */
const MAX_GATHER_BYTES = 64 << 20;
/**
 * A tensor whose elements share memory may be larger than its file: a stride of 0 turns one element into 10^12. Real
 * expanded tensors (masks, position tables) are small; beyond this limit the bytes would fill memory or never end.
 */
const MAX_EXPANDED_BYTES = 1 << 30;

/**
 * Makes a lazy tensor of a stored one: contiguous, row-major and little-endian, whatever its strides and the
 * file's byte order; conjugated and negated if the file says so.
 *
 * Contiguous tensors are read straight from the source, in chunks of 1 MiB; others are gathered in bounded memory.
 * Reading throws UnsupportedError for a quantized or sparse tensor, for an expanded one of more than 1 GiB, and for
 * more than 4 GiB at once.
 */
export function storedTensor(tensor: PyTensor, name: string): LazyTensor {
  const { dtype, shape, strides, offset } = tensor.layout;
  const elementBytes = bytesPerElement(dtype);
  const byteLength = elementCount(shape) * elementBytes;
  const what = `tensor ${quote(name)} ${tensor.stored === undefined ? `${dtype} ` : ""}${formatShape(shape)}`;
  const fix = fixer(tensor);

  const open = (): ByteSource => {
    if (tensor.unsupported !== undefined) {
      throw new UnsupportedError(`${what} ${tensor.unsupported}`, {
        hint: "In Python, save it as a plain tensor: `.dequantize()`, `.to_dense()` or `.float()`.",
      });
    }
    const view = tensor.storage!;
    if (byteLength > view.byteLength && byteLength > MAX_EXPANDED_BYTES) {
      throw new UnsupportedError(
        `${what} is an expanded view: ${byteLength} bytes out of ${view.byteLength}; at most ${MAX_EXPANDED_BYTES} are read`,
      );
    }
    return view.storage.source!;
  };
  const firstByte = (): number => tensor.storage!.byteOffset + offset * elementBytes;
  const contiguous = isContiguous({ shape, strides });

  async function* chunks(options: ReadOptions = {}): AsyncGenerator<Uint8Array> {
    const source = open();
    if (byteLength === 0) {
      return;
    }
    if (contiguous) {
      for await (const bytes of sourceChunks(source, { offset: firstByte(), byteLength }, options)) {
        yield fix?.(bytes) ?? bytes;
      }
      return;
    }
    for (const block of blocks(wholeBlock(tensor, firstByte() / elementBytes), MAX_GATHER_BYTES / elementBytes)) {
      const out = new Uint8Array(elementCount(block.shape) * elementBytes);
      await gather(source, { ...block, outOffset: 0 }, out, { ...options, elementBytes });
      fix?.(out);
      for (let done = 0; done < out.byteLength; done += CHUNK_BYTES) {
        throwIfAborted(options.signal);
        yield out.subarray(done, done + CHUNK_BYTES);
      }
    }
  }

  async function read(options: ReadOptions = {}): Promise<Uint8Array> {
    const source = open();
    throwIfAborted(options.signal);
    const out = allocateBytes(byteLength, what);
    if (contiguous) {
      await readInto(source, { offset: firstByte(), target: out }, options);
    } else {
      const block = wholeBlock(tensor, firstByte() / elementBytes);
      await gather(source, block, out, { ...options, elementBytes });
    }
    return fix?.(out) ?? out;
  }

  return { name, dtype, shape, ...(tensor.stored !== undefined && { stored: tensor.stored }), read, chunks };
}

function wholeBlock({ layout }: PyTensor, offset: number): Block {
  const { shape, strides } = layout;
  return { shape, strides, offset, outStrides: contiguousStrides(shape), outOffset: 0 };
}

/** Splits a block along its outermost axes into row-major pieces of at most `limit` elements. */
function* blocks(block: Block, limit: number): Generator<Block> {
  const count = elementCount(block.shape);
  if (count <= limit) {
    yield block;
    return;
  }
  const axis = block.shape.findIndex((size) => size > 1);
  const size = block.shape[axis]!;
  const step = Math.max(1, Math.floor(limit / (count / size)));
  for (let start = 0; start < size; start += step) {
    yield* blocks(part(block, axis, start, Math.min(step, size - start)), limit);
  }
}

/** The in-place transformation of the bytes after reading; `undefined` if none is needed. */
function fixer(tensor: PyTensor): ((bytes: Uint8Array) => Uint8Array) | undefined {
  const { dtype } = tensor.layout;
  const unit = isComplex(dtype) ? bytesPerElement(dtype) / 2 : bytesPerElement(dtype);
  const swap = tensor.storage?.storage.bigEndian === true && unit > 1;
  const { flip } = tensor;
  if (!swap && flip === "none") {
    return undefined;
  }
  return (bytes) => {
    if (swap) {
      swapBytes(bytes, unit);
    }
    const negateAll = flip === "neg" || flip === "conj-neg";
    const conjugate = flip === "conj" || flip === "conj-neg";
    // Conjugation and negation cancel out in the imaginary half.
    flipSigns(bytes, { unit, even: negateAll, odd: negateAll !== conjugate });
    return bytes;
  };
}

function isComplex(dtype: DType): boolean {
  return dtype === "complex128" || dtype === "complex64" || dtype === "complex32";
}

/** Flips the sign of every second number, in place: the top bit of its last byte. */
function flipSigns(bytes: Uint8Array, options: { unit: number; even: boolean; odd: boolean }): void {
  const { unit, even, odd } = options;
  if (!even && !odd) {
    return;
  }
  for (let at = unit - 1, half = 0; at < bytes.length; at += unit, half ^= 1) {
    if (half === 0 ? even : odd) {
      bytes[at]! ^= 0x80;
    }
  }
}

/** Reverses each `unit` bytes in place. */
function swapBytes(bytes: Uint8Array, unit: number): void {
  for (let start = 0; start < bytes.length; start += unit) {
    for (let low = start, high = start + unit - 1; low < high; low++, high--) {
      const byte = bytes[low]!;
      bytes[low] = bytes[high]!;
      bytes[high] = byte;
    }
  }
}
