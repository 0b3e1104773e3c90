import {
  bytesPerElement,
  CHUNK_BYTES,
  elementCount,
  giveScratch,
  type LazyTensor,
  type ReadOptions,
  takeScratch,
  throwIfAborted,
  wholeElements,
} from "@samoyed/core";

/** A transposition as one of matrices that follow one another: each [rows, columns] becomes [columns, rows]. */
export interface MatrixTransposition {
  readonly rows: number;
  /** Elements of a row, `width` bytes each. */
  readonly columns: number;
  readonly width: number;
}

/**
 * A permutation of axes as a transposition of matrices; `undefined` where it is something else. Axes that stay in front
 * are the matrices' number, axes that stay together are one.
 *
 *   [out, in] by [1, 0], [heads, n, d] by [0, 2, 1], [1, h, w, c] by [0, 3, 1, 2]
 */
export function matrixTransposition(
  { dtype, shape }: Pick<LazyTensor, "dtype" | "shape">,
  perm: readonly number[],
): MatrixTransposition | undefined {
  const moved = perm.filter((axis) => shape[axis] !== 1);
  const order = moved.toSorted((a, b) => a - b);
  const front = order.findIndex((axis, index) => axis !== moved[index]);
  if (front < 0) return { rows: 1, columns: elementCount(shape), width: bytesPerElement(dtype) };
  const rest = order.slice(front);
  const rotated = moved.slice(front);
  const cut = rest.indexOf(rotated[0]!);
  if (rotated.some((axis, index) => axis !== rest[(cut + index) % rest.length])) return undefined;
  const sizes = rest.map((axis) => shape[axis]!);
  return {
    rows: elementCount(sizes.slice(0, cut)),
    columns: elementCount(sizes.slice(cut)),
    width: bytesPerElement(dtype),
  };
}

/** A piece of a matrix, and where it begins. */
interface Piece {
  readonly rows: number;
  readonly columns: number;
  /** The index of its first element. */
  readonly start: number;
}

type Words = Uint32Array | Uint16Array | Uint8Array;

/** Rows that are placed together: of 32-bit words they fill a cache line of each column. */
const ROWS = 16;

/** Places sixteen rows, whose first one begins at `from[at]`. Written out, since engines check a loop at each turn. */
function placeRows(from: Words, to: Words, { at, row, rows, columns }: Omit<Piece, "start"> & RowPlace): void {
  for (let column = 0; column < columns; column++) {
    let source = at + column;
    const target = column * rows + row;
    to[target] = from[source]!;
    to[target + 1] = from[(source += columns)]!;
    to[target + 2] = from[(source += columns)]!;
    to[target + 3] = from[(source += columns)]!;
    to[target + 4] = from[(source += columns)]!;
    to[target + 5] = from[(source += columns)]!;
    to[target + 6] = from[(source += columns)]!;
    to[target + 7] = from[(source += columns)]!;
    to[target + 8] = from[(source += columns)]!;
    to[target + 9] = from[(source += columns)]!;
    to[target + 10] = from[(source += columns)]!;
    to[target + 11] = from[(source += columns)]!;
    to[target + 12] = from[(source += columns)]!;
    to[target + 13] = from[(source += columns)]!;
    to[target + 14] = from[(source += columns)]!;
    to[target + 15] = from[(source += columns)]!;
  }
}

interface RowPlace {
  /** Offset of the first row in the piece. */
  readonly at: number;
  readonly row: number;
}

/** Places a piece of a matrix, which need not begin or end with a row, in the transposed one. */
function place(from: Words, to: Words, { rows, columns, start }: Piece): void {
  const single = (begin: number, end: number): void => {
    for (let at = begin; at < end; at++) {
      const index = start + at;
      to[(index % columns) * rows + Math.floor(index / columns)] = from[at]!;
    }
  };
  let at = Math.min((columns - (start % columns)) % columns, from.length);
  single(0, at);
  for (; at + ROWS * columns <= from.length; at += ROWS * columns) {
    placeRows(from, to, { at, row: (start + at) / columns, rows, columns });
  }
  const left = Math.floor((from.length - at) / columns);
  const row = (start + at) / columns;
  for (let column = 0; column < columns; column++) {
    for (let next = 0; next < left; next++) to[column * rows + row + next] = from[at + next * columns + column]!;
  }
  single(at + left * columns, from.length);
}

/** The same for elements of several words each. */
function placeWide(from: Words, to: Words, { rows, columns, start }: Piece, words: number): void {
  for (let at = 0; at < from.length / words; at++) {
    const index = start + at;
    const target = ((index % columns) * rows + Math.floor(index / columns)) * words;
    for (let word = 0; word < words; word++) to[target + word] = from[at * words + word]!;
  }
}

/** Bytes as the widest unsigned integers that an element is made of: floats would not keep every NaN. */
function wordsOf(bytes: Uint8Array, width: number): Words {
  const aligned = bytes.byteOffset % Math.min(width, 4) === 0 ? bytes : bytes.slice();
  const { buffer, byteOffset, byteLength } = aligned;
  if (width % 4 === 0) return new Uint32Array(buffer, byteOffset, byteLength / 4);
  return width === 2 ? new Uint16Array(buffer, byteOffset, byteLength / 2) : aligned;
}

/**
 * The bytes of a weight with its matrices transposed, in pieces of 1 MiB. One matrix is in memory at a time: what is
 * read is placed in it at once, and the next piece is read meanwhile.
 */
export async function* transposedChunks(
  weight: LazyTensor,
  { rows, columns, width }: MatrixTransposition,
  options: ReadOptions,
): AsyncGenerator<Uint8Array> {
  const byteLength = rows * columns * width;
  if (byteLength === 0) return;
  const matrix = takeScratch(byteLength, `weight "${weight.name}"`);
  const to = wordsOf(matrix, width);
  const words = Math.max(1, width / 4);
  let filled = 0;
  try {
    for await (const chunk of wholeElements(weight.chunks(options), width)) {
      for (let start = 0; start < chunk.byteLength;) {
        const taken = chunk.subarray(start, start + byteLength - filled);
        const piece = { rows, columns, start: filled / width };
        if (words === 1) place(wordsOf(taken, width), to, piece);
        else placeWide(wordsOf(taken, width), to, piece, words);
        filled += taken.byteLength;
        start += taken.byteLength;
        if (filled < byteLength) continue;
        filled = 0;
        for (let done = 0; done < byteLength; done += CHUNK_BYTES) {
          throwIfAborted(options.signal);
          yield matrix.subarray(done, done + CHUNK_BYTES);
        }
      }
    }
    // A weight that ends within a matrix is too short: what is left makes the reader count fewer bytes than it expects.
  } finally {
    giveScratch(matrix);
  }
}
