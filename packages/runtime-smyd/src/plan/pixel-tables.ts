import { imageSize, type Place, pixelStrides } from "./places.ts";
import type { Tables } from "./tables.ts";
import type { PlannedWindow } from "./window.ts";

/** The address of a table with the offset of every index of a shape, in order. */
export function strideTable(tables: Tables, shape: readonly number[], strides: readonly number[]): number {
  const count = shape.reduce((product, size) => product * size, 1);
  return tables.add(`strides ${shape.join(" ")} by ${strides.join(" ")}`, count, () => {
    let offsets = [0];
    for (const [axis, size] of shape.entries()) {
      offsets = offsets.flatMap((offset) =>
        Array.from({ length: size }, (_, index) => offset + index * strides[axis]!),
      );
    }
    return Int32Array.from(offsets);
  });
}

/** The address of a table with the offset of every pixel of a value, in order, from its buffer's beginning. */
export function everyPixel(tables: Tables, place: Place): number {
  const { images, height, width, channels } = imageSize(place.shape);
  const { pixel, row, image, inside } = pixelStrides(place);
  const count = images * height * width;
  return tables.add(`pixels ${images} ${height} ${width} ${channels} ${place.border}`, count, () => {
    const words = new Int32Array(count);
    let at = 0;
    for (let n = 0; n < images; n++) {
      for (let y = 0; y < height; y++) {
        const start = n * image + y * row + inside;
        for (let x = 0; x < width; x++) words[at++] = start + x * pixel;
      }
    }
    return words;
  });
}

/**
 * The address of a table with the offset of every window's first tap, for all output pixels in order. The first taps of
 * windows at the top and left are in the border, which is at least as wide as the padding.
 */
export function everyWindow(tables: Tables, place: Place, { output, strides, begin }: PlannedWindow): number {
  const { images, height, width, channels } = imageSize(place.shape);
  const { pixel, row, image, inside } = pixelStrides(place);
  const count = images * output[0] * output[1];
  const first = inside - begin[0] * row - begin[1] * pixel;
  const key = `windows ${images} ${height} ${width} ${channels} ${place.border} ${[output, strides, begin].join(" ")}`;
  return tables.add(key, count, () => {
    const words = new Int32Array(count);
    let at = 0;
    for (let n = 0; n < images; n++) {
      for (let y = 0; y < output[0]; y++) {
        const start = first + n * image + y * strides[0] * row;
        for (let x = 0; x < output[1]; x++) words[at++] = start + x * strides[1] * pixel;
      }
    }
    return words;
  });
}

/** A convolution's taps: a table of offsets from a window's first one, and floats to read at each. */
export interface Taps {
  readonly offsets: number;
  readonly count: number;
  readonly depth: number;
}

/**
 * A convolution's taps over `inputs` channels. Where a row of the kernel reads neighboring pixels whole, it is one tap.
 */
export function kernelTaps(tables: Tables, place: Place, window: PlannedWindow & { readonly inputs: number }): Taps {
  const { channels } = imageSize(place.shape);
  const { pixel, row } = pixelStrides(place);
  const { kernel, dilations, inputs } = window;
  const wholeRows = inputs === channels && (dilations[1] === 1 || kernel[1] === 1);
  const columns = wholeRows ? 1 : kernel[1];
  const count = kernel[0] * columns;
  const offsets = tables.add(`taps ${row} ${pixel} ${kernel[0]} ${columns} ${dilations.join(" ")}`, count, () =>
    Int32Array.from(
      { length: count },
      (_, tap) => Math.floor(tap / columns) * dilations[0] * row + (tap % columns) * dilations[1] * pixel,
    ),
  );
  return { offsets, count, depth: wholeRows ? kernel[1] * inputs : inputs };
}
