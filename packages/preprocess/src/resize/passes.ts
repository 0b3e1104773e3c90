import type { Image } from "../image.ts";
import type { Range, Weights } from "./weights.ts";

/** Resizes some of the rows to the weights' width. */
export function resizeAcross(image: Image, weights: Weights, rows: Range): Image {
  const { first, count, values, stride, bits } = weights;
  const half = 2 ** bits / 2;
  const width = first.length;
  const height = rows.end - rows.start;
  const source = image.data;
  const data = new Uint8ClampedArray(width * height * 3);
  let to = 0;
  for (let row = rows.start; row < rows.end; row++) {
    const rowStart = row * image.width * 3;
    for (let i = 0; i < width; i++) {
      let red = half;
      let green = half;
      let blue = half;
      let from = rowStart + first[i]! * 3;
      const end = i * stride + count[i]!;
      for (let k = i * stride; k < end; k++, from += 3) {
        const weight = values[k]!;
        red = (red + Math.imul(source[from]!, weight)) | 0;
        green = (green + Math.imul(source[from + 1]!, weight)) | 0;
        blue = (blue + Math.imul(source[from + 2]!, weight)) | 0;
      }
      data[to] = red >> bits;
      data[to + 1] = green >> bits;
      data[to + 2] = blue >> bits;
      to += 3;
    }
  }
  return { width, height, data: new Uint8Array(data.buffer) };
}

/** Resizes some of the columns to the weights' height. */
export function resizeDown(image: Image, weights: Weights, columns: Range): Image {
  const { first, count, values, stride, bits } = weights;
  const half = 2 ** bits / 2;
  const width = columns.end - columns.start;
  const height = first.length;
  const source = image.data;
  const rowBytes = image.width * 3;
  const data = new Uint8ClampedArray(width * height * 3);
  // Row by row and not column by column, so that memory is read in order.
  const sums = new Int32Array(width * 3);
  for (let row = 0; row < height; row++) {
    sums.fill(half);
    for (let k = 0; k < count[row]!; k++) {
      const weight = values[row * stride + k]!;
      const from = (first[row]! + k) * rowBytes + columns.start * 3;
      for (let i = 0; i < sums.length; i++) sums[i] = sums[i]! + Math.imul(source[from + i]!, weight);
    }
    const to = row * width * 3;
    for (let i = 0; i < sums.length; i++) data[to + i] = sums[i]! >> bits;
  }
  return { width, height, data: new Uint8Array(data.buffer) };
}
