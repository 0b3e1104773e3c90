import {
  allocateBytes,
  bytesPerElement,
  CHUNK_BYTES,
  elementCount,
  giveChunkBuffer,
  type LazyTensor,
  type ReadOptions,
  takeChunkBuffer,
  throwIfAborted,
} from "@samoyed/core";

/** A transposition as one of matrices that follow one another: each [rows, columns] becomes [columns, rows]. */
export interface MatrixTransposition {
  readonly rows: number;
  /** Elements of a row, which may be whole blocks: `width` bytes each. */
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

/** Columns of a matrix that are copied as rows. */
interface Columns {
  readonly rows: number;
  readonly columns: number;
  readonly first: number;
  readonly count: number;
}

type Words = Uint32Array | Uint16Array | Uint8Array;

/**
 * Copies columns as rows. Eight go together, so that each input row is read a cache line at a time, and are written out,
 * since engines check a loop at each turn: that makes it twice as fast.
 */
function copyColumns(from: Words, to: Words, { rows, columns, first, count }: Columns): void {
  let column = 0;
  for (; column + 8 <= count; column += 8) {
    for (let row = 0; row < rows; row++) {
      const source = row * columns + first + column;
      let target = column * rows + row;
      to[target] = from[source]!;
      to[(target += rows)] = from[source + 1]!;
      to[(target += rows)] = from[source + 2]!;
      to[(target += rows)] = from[source + 3]!;
      to[(target += rows)] = from[source + 4]!;
      to[(target += rows)] = from[source + 5]!;
      to[(target += rows)] = from[source + 6]!;
      to[(target += rows)] = from[source + 7]!;
    }
  }
  for (; column < count; column++) {
    for (let row = 0; row < rows; row++) to[column * rows + row] = from[row * columns + first + column]!;
  }
}

/** The same for elements of several words each. */
function copyWideColumns(from: Words, to: Words, { rows, columns, first, count }: Columns, words: number): void {
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < count; column++) {
      const source = (row * columns + first + column) * words;
      const target = (column * rows + row) * words;
      for (let word = 0; word < words; word++) to[target + word] = from[source + word]!;
    }
  }
}

/** Bytes as the widest unsigned integers that an element is made of: floats would not keep every NaN. */
function wordsOf(bytes: Uint8Array, width: number): Words {
  if (width % 4 === 0) return new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
  return width === 2 ? new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 2) : bytes;
}

/**
 * The bytes of a weight with its matrices transposed, in pieces of about 1 MiB. One matrix is in memory at a time.
 */
export async function* transposedChunks(
  weight: LazyTensor,
  { rows, columns, width }: MatrixTransposition,
  options: ReadOptions,
): AsyncGenerator<Uint8Array> {
  const matrix = allocateBytes(rows * columns * width, `weight "${weight.name}"`);
  if (matrix.byteLength === 0) return;
  const words = Math.max(1, width / 4);
  const perPiece = Math.min(columns, Math.max(1, Math.floor(CHUNK_BYTES / (rows * width))));
  const shared = takeChunkBuffer();
  const needed = perPiece * rows * width;
  const buffer = needed <= shared.byteLength ? shared : allocateBytes(needed, `weight "${weight.name}"`);
  let filled = 0;
  try {
    for await (const chunk of weight.chunks(options)) {
      for (let start = 0; start < chunk.byteLength;) {
        const taken = chunk.subarray(start, start + matrix.byteLength - filled);
        matrix.set(taken, filled);
        filled += taken.byteLength;
        start += taken.byteLength;
        if (filled < matrix.byteLength) continue;
        filled = 0;
        for (let first = 0; first < columns; first += perPiece) {
          throwIfAborted(options.signal);
          const count = Math.min(perPiece, columns - first);
          const piece = buffer.subarray(0, count * rows * width);
          const [from, to] = [wordsOf(matrix, width), wordsOf(piece, width)];
          if (words === 1) copyColumns(from, to, { rows, columns, first, count });
          else copyWideColumns(from, to, { rows, columns, first, count }, words);
          yield piece;
        }
      }
    }
    // A weight that ends within a matrix is too short: what is left makes the reader count fewer bytes than it expects.
  } finally {
    giveChunkBuffer(shared);
  }
}
