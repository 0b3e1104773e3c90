/** Samples along each side of a block. */
export const BLOCK_SIDE = 8;

/** Coefficients in a block. */
export const BLOCK_SIZE = 64;

/**
 * The position of the n-th coefficient of a scan in a block, row by row (T.81 figure A.6). The sixteen further entries catch
 * runs that overshoot the block in damaged data, as in libjpeg's `jpeg_natural_order`.
 */
export const ZIGZAG: Uint8Array = zigzag();

function zigzag(): Uint8Array {
  const order = new Uint8Array(BLOCK_SIZE + 16).fill(63);
  let index = 0;
  for (let diagonal = 0; diagonal < 15; diagonal++) {
    for (let step = 0; step <= diagonal; step++) {
      const row = diagonal % 2 === 0 ? diagonal - step : step;
      const column = diagonal - row;
      if (row < BLOCK_SIDE && column < BLOCK_SIDE) order[index++] = row * BLOCK_SIDE + column;
    }
  }
  return order;
}
