import { CHUNK_BYTES, elementCount, type Shape } from "@samoyed/core";

/** The arrays in which weights are rearranged. */
export type WeightArray = Float32Array | Int32Array | Uint8Array;

/** A way to put a tensor's elements in another order, with zeros between where it says so. */
export interface Arrangement {
  /** Two arrangements of one tensor with the same key are the same. */
  readonly key: string;
  readonly shape: Shape;
  /** The elements in pieces of about 1 MiB; each is valid until the next is asked for. */
  pieces<T extends WeightArray>(source: T): Iterable<T>;
}

/**
 * Matrices are transposed in tiles: as many columns as keep their lines in the cache, and rows enough to use them up. A
 * column's elements are a power of two apart, so that all their lines fall into one set of eight or twelve.
 */
const TILE_COLUMNS = 8;
const TILE_ROWS = 64;

/** A part of a convolution's filter, as TensorFlow wants it. */
export interface FilterPart {
  /** ONNX's filter: [O, I / groups, height, width]. */
  readonly shape: readonly [number, number, number, number];
  readonly groups: number;
  /** The first group of the part, and how many groups it has. */
  readonly first: number;
  readonly count: number;
}

/**
 * ONNX's filter [O, I / groups, h, w] as TensorFlow's [h, w, I, O], for some neighboring groups: their filters are
 * on the diagonal, and the rest is zeros, so that one plain convolution computes them all.
 */
export function arrangeFilter({ shape, groups, first, count }: FilterPart): Arrangement {
  const [filters, inputs, height, width] = shape;
  const outputs = filters / groups;
  const taps = height * width;
  const [rows, columns] = [inputs * count, outputs * count];
  return {
    key: `filter ${groups} ${first} ${count}`,
    shape: [height, width, rows, columns],
    *pieces<T extends WeightArray>(source: T): Iterable<T> {
      const most = Math.max(1, Math.floor(CHUNK_BYTES / source.BYTES_PER_ELEMENT / columns));
      const block = allocateLike(source, Math.min(most, rows) * columns);
      for (let tap = 0; tap < taps; tap++) {
        for (let start = 0; start < rows; start += most) {
          const end = Math.min(start + most, rows);
          if (count > 1) block.fill(0);
          for (let group = Math.floor(start / inputs); group * inputs < end; group++) {
            // Row r of the part is input r - group * inputs of the group.
            const offset = group * inputs;
            copyTransposed(source, block, {
              from: Math.max(start, offset) - offset,
              to: Math.min(end, offset + inputs) - offset,
              width: outputs,
              read: (first + group) * outputs * inputs * taps + tap,
              readColumn: inputs * taps,
              readRow: taps,
              write: (offset - start) * columns + group * outputs,
              writeRow: columns,
            });
          }
          yield block.subarray(0, (end - start) * columns) as T;
        }
      }
    },
  };
}

interface TransposedCopy {
  readonly from: number;
  readonly to: number;
  readonly width: number;
  readonly read: number;
  readonly readColumn: number;
  readonly readRow: number;
  readonly write: number;
  readonly writeRow: number;
}

function copyTransposed(source: WeightArray, target: WeightArray, copy: TransposedCopy): void {
  const { from, to, width, read, readColumn, readRow, write, writeRow } = copy;
  for (let columns = 0; columns < width; columns += TILE_COLUMNS) {
    const lastColumn = Math.min(columns + TILE_COLUMNS, width);
    for (let rows = from; rows < to; rows += TILE_ROWS) {
      const lastRow = Math.min(rows + TILE_ROWS, to);
      for (let row = rows; row < lastRow; row++) {
        const place = write + row * writeRow + columns;
        const origin = read + row * readRow + columns * readColumn;
        if (lastColumn - columns === TILE_COLUMNS) {
          copyTileRow(source, target, { place, origin, step: readColumn });
        } else {
          for (let column = 0; column < lastColumn - columns; column++) {
            target[place + column] = source[origin + column * readColumn]!;
          }
        }
      }
    }
  }
}

/** One row of a whole tile, spelled out: a third faster than a loop, and this is most of a conversion's work. */
function copyTileRow(
  source: WeightArray,
  target: WeightArray,
  { place, origin, step }: { readonly place: number; readonly origin: number; readonly step: number },
): void {
  target[place] = source[origin]!;
  target[place + 1] = source[origin + step]!;
  target[place + 2] = source[origin + 2 * step]!;
  target[place + 3] = source[origin + 3 * step]!;
  target[place + 4] = source[origin + 4 * step]!;
  target[place + 5] = source[origin + 5 * step]!;
  target[place + 6] = source[origin + 6 * step]!;
  target[place + 7] = source[origin + 7 * step]!;
}

/** ONNX's depthwise filter [I * multiplier, 1, h, w] as TensorFlow's [h, w, I, multiplier]. */
export function arrangeDepthwise(shape: readonly [number, number, number, number], channels: number): Arrangement {
  const [filters, , height, width] = shape;
  const arrangement = arrangeFilter({ shape: [filters, 1, height, width], groups: 1, first: 0, count: 1 });
  return { ...arrangement, key: "depthwise", shape: [height, width, channels, filters / channels] };
}

/** A transposition; `shape` is the source's, with ones in front where it had fewer axes. */
export function arrangePermuted(shape: Shape, perm: readonly number[]): Arrangement {
  const target = perm.map((axis) => shape[axis]!);
  const strides = shape.map((_, axis) => elementCount(shape.slice(axis + 1)));
  return {
    key: `permute ${shape.join("x")} ${perm.join(",")}`,
    shape: target,
    *pieces<T extends WeightArray>(source: T): Iterable<T> {
      const most = Math.floor(CHUNK_BYTES / source.BYTES_PER_ELEMENT);
      const block = allocateLike(source, Math.min(most, source.length));
      const index = target.map(() => 0);
      let read = 0;
      let filled = 0;
      for (let done = 0; done < source.length; done++) {
        block[filled++] = source[read]!;
        for (let axis = target.length - 1; axis >= 0; axis--) {
          const stride = strides[perm[axis]!]!;
          read += stride;
          index[axis] = index[axis]! + 1;
          if (index[axis]! < target[axis]!) break;
          read -= stride * target[axis]!;
          index[axis] = 0;
        }
        if (filled === most) {
          yield block.subarray(0, filled) as T;
          filled = 0;
        }
      }
      yield block.subarray(0, filled) as T;
    },
  };
}

function allocateLike(array: WeightArray, length: number): WeightArray {
  const Constructor = array.constructor as new (length: number) => WeightArray;
  return new Constructor(length);
}
