import { elementCount, type Shape, UnsupportedError } from "@samoyed/core";
import { axisPads, type WindowAttributes } from "@samoyed/ir";

/** Most taps of all windows over one channel: twenty times what a 7 × 7 kernel has over a 512 × 512 image. */
export const MAX_TAPS: number = 2 ** 28;

/** A tap of a window that falls into the padding. */
export const PADDING = -1;

/** A tap that falls beyond the padding, as the last window may with `ceil_mode`. */
export const BEYOND: number = -2;

/**
 * Position of each tap of each window: for every output position (row-major over the spatial axes) the offsets of all
 * taps (row-major over the kernel) within one channel's plane, or `PADDING` or `BEYOND`.
 */
export function windowTaps(window: WindowAttributes, input: Shape, output: Shape): readonly Int32Array[] {
  const count = elementCount(output) * elementCount(window.kernel);
  if (count > MAX_TAPS) {
    throw new UnsupportedError(`the interpreter would need ${count} window taps; expected at most ${MAX_TAPS}`);
  }
  let taps: readonly Int32Array[] = [new Int32Array(1)];
  for (const [axis, size] of input.entries()) {
    const [begin, end] = axisPads(window, axis, size);
    const next: Int32Array[] = [];
    for (const base of taps) {
      for (let out = 0; out < output[axis]!; out++) next.push(extend(base, out * window.strides[axis]! - begin));
    }
    taps = next;

    function extend(base: Int32Array, start: number): Int32Array {
      const count = window.kernel[axis]!;
      const result = new Int32Array(base.length * count);
      for (const [index, offset] of base.entries()) {
        for (let tap = 0; tap < count; tap++) {
          const position = start + tap * window.dilations[axis]!;
          const beyond = position < -begin || position >= size + end;
          const place = beyond ? BEYOND : position < 0 || position >= size ? PADDING : position;
          result[index * count + tap] =
            offset < 0 || place < 0 ? Math.min(offset, place, PADDING) : offset * size + place;
        }
      }
      return result;
    }
  }
  return taps;
}
