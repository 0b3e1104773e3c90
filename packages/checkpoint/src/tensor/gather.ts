import type { ByteSource, ReadOptions } from "@samoyed/core";

/** Largest window of the source that is read at once while gathering. */
const WINDOW_BYTES = 4 << 20;
/** Size below which a read's overhead exceeds the cost of its bytes. */
const SMALLEST_READ_BYTES = 1 << 16;
/** A window is split further while fewer than one in this many of its bytes are needed. */
const SPARSE = 16;

/** A strided block of elements: their layout in the source and in the output, in elements. */
export interface Block {
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly offset: number;
  readonly outStrides: readonly number[];
  readonly outOffset: number;
}

/**
 * Copies a strided block from a source into `out`, in storage order, through windows of at most 4 MiB: memory is
 * bounded and the source is read forwards, once, whatever the order of the axes.
 *
 * @param block must not be empty, and must be within the source.
 */
export async function gather(
  source: ByteSource,
  block: Block,
  out: Uint8Array,
  options: ReadOptions & { readonly elementBytes: number },
): Promise<void> {
  const { elementBytes } = options;
  const span = (extent(block) + 1) * elementBytes;
  const splitAxis = widestAxis(block);
  if (splitAxis >= 0 && span > SMALLEST_READ_BYTES) {
    const wanted = readElements(block) * elementBytes;
    if (span > WINDOW_BYTES || span > SPARSE * wanted) {
      const half = block.shape[splitAxis]! >> 1;
      await gather(source, part(block, splitAxis, 0, half), out, options);
      await gather(source, part(block, splitAxis, half, block.shape[splitAxis]! - half), out, options);
      return;
    }
  }
  const window = await source.read(block.offset * elementBytes, span, options);
  scatter(window, block, out, elementBytes);
}

/** `length` elements of an axis, from `start`. */
export function part(block: Block, axis: number, start: number, length: number): Block {
  return {
    ...block,
    shape: block.shape.map((size, other) => (other === axis ? length : size)),
    offset: block.offset + start * block.strides[axis]!,
    outOffset: block.outOffset + start * block.outStrides[axis]!,
  };
}

/** The last element's distance from the first. */
function extent({ shape, strides }: Block): number {
  return shape.reduce((sum, size, axis) => sum + (size - 1) * strides[axis]!, 0);
}

/** Upper bound of the number of distinct elements: expanded axes repeat the same ones. */
function readElements({ shape, strides }: Block): number {
  return shape.reduce((count, size, axis) => (strides[axis] === 0 ? count : count * size), 1);
}

/** The splittable axis with the largest stride: splitting it preserves storage order. */
function widestAxis({ shape, strides }: Block): number {
  let widest = -1;
  for (let axis = 0; axis < shape.length; axis++) {
    const stride = strides[axis]!;
    if (shape[axis]! > 1 && stride > 0 && (widest < 0 || stride > strides[widest]!)) {
      widest = axis;
    }
  }
  return widest;
}

/** Copies from a window whose first byte is the block's first element. */
function scatter(window: Uint8Array, block: Block, out: Uint8Array, elementBytes: number): void {
  // Elements of 8 and 16 bytes are copied as 4-byte words: a Float64Array might change a NaN's bits.
  const wordBytes = Math.min(elementBytes, 4);
  const aligned = window.byteOffset % wordBytes === 0 ? window : window.slice();
  const words = asWords(aligned, wordBytes);
  const outWords = asWords(out, wordBytes);
  const perElement = elementBytes / wordBytes;
  const { shape, strides, outStrides } = block;
  const inner = innerAxis(block);
  const length = inner < 0 ? 1 : shape[inner]!;
  const step = inner < 0 ? 0 : strides[inner]! * perElement;
  const outStep = inner < 0 ? 0 : outStrides[inner]! * perElement;
  const outer = shape.map((_, axis) => axis).filter((axis) => axis !== inner && shape[axis]! > 1);
  const index = new Array<number>(outer.length).fill(0);
  let from = 0;
  let to = block.outOffset * perElement;
  for (;;) {
    if (step === perElement && outStep === perElement) {
      outWords.set(words.subarray(from, from + length * perElement), to);
    } else {
      for (let word = 0; word < perElement; word++) {
        for (let k = 0, a = from + word, b = to + word; k < length; k++, a += step, b += outStep) {
          outWords[b] = words[a]!;
        }
      }
    }
    let place = outer.length - 1;
    for (; place >= 0; place--) {
      const axis = outer[place]!;
      from += strides[axis]! * perElement;
      to += outStrides[axis]! * perElement;
      if (++index[place]! < shape[axis]!) {
        break;
      }
      from -= shape[axis]! * strides[axis]! * perElement;
      to -= shape[axis]! * outStrides[axis]! * perElement;
      index[place] = 0;
    }
    if (place < 0) {
      return;
    }
  }
}

/** The axis for the innermost loop: one that is contiguous on both sides if any, else the longest. */
function innerAxis({ shape, strides, outStrides }: Block): number {
  let best = -1;
  for (let axis = 0; axis < shape.length; axis++) {
    if (shape[axis]! <= 1) {
      continue;
    }
    if (strides[axis] === 1 && outStrides[axis] === 1) {
      return axis;
    }
    if (best < 0 || shape[axis]! > shape[best]!) {
      best = axis;
    }
  }
  return best;
}

function asWords(bytes: Uint8Array, wordBytes: number): Uint8Array | Uint16Array | Uint32Array {
  const length = bytes.byteLength / wordBytes;
  if (wordBytes === 4) return new Uint32Array(bytes.buffer, bytes.byteOffset, length);
  if (wordBytes === 2) return new Uint16Array(bytes.buffer, bytes.byteOffset, length);
  return bytes;
}
