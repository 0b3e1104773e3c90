/** A matrix product whose operands have the summed index last: `[rows, depth]` and `[columns, depth]`. */
export interface RowProduct {
  readonly a: Float64Array;
  readonly b: Float64Array;
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
}

/** Rows and columns of a tile: as many sums as the registers of a processor can hold beside what they are made of. */
const TILE_ROWS = 4;
const TILE_COLUMNS = 2;

/**
 * Adds Σ over `k` of `a[row, k] · b[column, k]` to `out[first + row · step + column]`. Each sum begins with what is there
 * and takes its terms in order, so that the tiles change nothing.
 */
export function addProduct(
  { a, b, rows, columns, depth }: RowProduct,
  { out, first, step }: { readonly out: Float64Array; readonly first: number; readonly step: number },
): void {
  const tiledRows = rows - (rows % TILE_ROWS);
  const tiledColumns = columns - (columns % TILE_COLUMNS);
  for (let column = 0; column < tiledColumns; column += TILE_COLUMNS) {
    for (let row = 0; row < tiledRows; row += TILE_ROWS) addTile(row, column);
    for (let row = tiledRows; row < rows; row++) {
      for (let next = column; next < column + TILE_COLUMNS; next++) addOne(row, next);
    }
  }
  for (let column = tiledColumns; column < columns; column++) {
    for (let row = 0; row < rows; row++) addOne(row, column);
  }

  function addOne(row: number, column: number): void {
    const [fromA, fromB, place] = [row * depth, column * depth, first + row * step + column];
    let sum = out[place]!;
    for (let k = 0; k < depth; k++) sum += a[fromA + k]! * b[fromB + k]!;
    out[place] = sum;
  }

  function addTile(row: number, column: number): void {
    const a0 = row * depth;
    const a1 = a0 + depth;
    const a2 = a1 + depth;
    const a3 = a2 + depth;
    const b0 = column * depth;
    const b1 = b0 + depth;
    const p0 = first + row * step + column;
    const p1 = p0 + step;
    const p2 = p1 + step;
    const p3 = p2 + step;
    let s00 = out[p0]!;
    let s01 = out[p0 + 1]!;
    let s10 = out[p1]!;
    let s11 = out[p1 + 1]!;
    let s20 = out[p2]!;
    let s21 = out[p2 + 1]!;
    let s30 = out[p3]!;
    let s31 = out[p3 + 1]!;
    for (let k = 0; k < depth; k++) {
      const left = b[b0 + k]!;
      const right = b[b1 + k]!;
      const w0 = a[a0 + k]!;
      s00 += w0 * left;
      s01 += w0 * right;
      const w1 = a[a1 + k]!;
      s10 += w1 * left;
      s11 += w1 * right;
      const w2 = a[a2 + k]!;
      s20 += w2 * left;
      s21 += w2 * right;
      const w3 = a[a3 + k]!;
      s30 += w3 * left;
      s31 += w3 * right;
    }
    out[p0] = s00;
    out[p0 + 1] = s01;
    out[p1] = s10;
    out[p1 + 1] = s11;
    out[p2] = s20;
    out[p2 + 1] = s21;
    out[p3] = s30;
    out[p3 + 1] = s31;
  }
}

/** A matrix with rows and columns exchanged, from `values[first…]`. */
export function transposed(
  values: ArrayLike<number>,
  { rows, columns, first = 0 }: { readonly rows: number; readonly columns: number; readonly first?: number },
): Float64Array {
  const result = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      result[column * rows + row] = values[first + row * columns + column]!;
    }
  }
  return result;
}
