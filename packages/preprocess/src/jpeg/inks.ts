import { type ColorSpace, type RowConverter, rowConverter } from "./color.ts";
import type { RowSource, Span } from "./upsample.ts";

/**
 * Converts rows of four inks to RGB, as in Pillow's `convert("RGB")`, which always treats a JPEG's inks as inverted.
 *
 * @param span the requested columns.
 */
export function inkConverter(space: ColorSpace, span: Span, sources: readonly RowSource[]): RowConverter {
  const keys = sources[3]!;
  // YCCK decodes to the complement of its inks, which Pillow multiplies.
  return space === "ycck"
    ? keyedRows(span, rowConverter("ycc", span, sources), keys, 0)
    : keyedRows(span, rowConverter("rgb", span, sources), keys, 255);
}

/** Darkens the colors of `inks` by the key: key − color × key, the color being complemented by `complement`. */
function keyedRows(span: Span, inks: RowConverter, keys: RowSource, complement: 0 | 255): RowConverter {
  return (y, pixels, at) => {
    inks(y, pixels, at);
    const { samples, offset } = keys(y);
    for (let x = span.from, to = at; x < span.to; x++) {
      const key = samples[offset + x]!;
      for (let channel = 0; channel < 3; channel++, to++) {
        pixels[to] = key - multiply255(pixels[to]! ^ complement, key);
      }
    }
  };
}

/** a × b / 255, rounded: Pillow's `MULDIV255`. */
function multiply255(a: number, b: number): number {
  const product = a * b + 128;
  return ((product >> 8) + product) >> 8;
}
