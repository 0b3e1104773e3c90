import type { Frame } from "./frame.ts";
import type { RowSource, Span } from "./upsample.ts";

/** The meaning of a file's components. */
export type ColorSpace = "gray" | "ycc" | "rgb" | "cmyk" | "ycck";

/** Color information in the application segments. */
export interface ColorHints {
  readonly jfif: boolean;
  /** The transform of Adobe's APP14 segment: 0 none, 1 YCC, 2 YCCK. */
  readonly adobeTransform: number | undefined;
}

/**
 * Detects a file's color space like libjpeg-turbo (`default_decompress_parms` of jdapimin.c), which does so at
 * the first scan: only earlier segments count.
 */
export function detectColorSpace(frame: Frame, hints: ColorHints): ColorSpace {
  const { components } = frame;
  if (components.length === 1) return "gray";
  if (components.length === 4) {
    return hints.adobeTransform === undefined || hints.adobeTransform === 0 ? "cmyk" : "ycck";
  }
  if (hints.jfif) return "ycc";
  if (hints.adobeTransform !== undefined) return hints.adobeTransform === 0 ? "rgb" : "ycc";
  const ids = String.fromCharCode(...components.map(({ id }) => id));
  return ids === "RGB" ? "rgb" : "ycc";
}

/** Writes the requested part of row `y` of the image as RGB pixels from index `at`. */
export type RowConverter = (y: number, pixels: Uint8ClampedArray, at: number) => void;

/**
 * Converts rows of components to RGB: YCC as in libjpeg-turbo's jdcolor.c, CMYK as in Pillow's `convert("RGB")`, which always
 * treats a JPEG's inks as inverted.
 *
 * @param span the requested columns.
 */
export function rowConverter(space: ColorSpace, span: Span, sources: readonly RowSource[]): RowConverter {
  const [first, second, third, fourth] = sources;
  if (space === "gray") return copyRows(span, [first!, first!, first!]);
  if (space === "rgb") return copyRows(span, [first!, second!, third!]);
  if (space === "ycc") return yccRows(span, [first!, second!, third!]);
  // YCCK decodes to the complement of its inks, which Pillow multiplies.
  return space === "ycck"
    ? keyedRows(span, yccRows(span, [first!, second!, third!]), fourth!, 0)
    : keyedRows(span, copyRows(span, [first!, second!, third!]), fourth!, 255);
}

type ThreeRows = readonly [RowSource, RowSource, RowSource];

function copyRows(span: Span, sources: ThreeRows): RowConverter {
  return (y, pixels, at) => {
    sources.forEach((source, channel) => {
      const { samples, offset } = source(y);
      for (let x = span.from, to = at + channel; x < span.to; x++, to += 3) pixels[to] = samples[offset + x]!;
    });
  };
}

function yccRows(span: Span, [luma, blue, red]: ThreeRows): RowConverter {
  return (y, pixels, at) => {
    const l = luma(y);
    const b = blue(y);
    const r = red(y);
    convertYcc(l.samples, l.offset, b.samples, b.offset, r.samples, r.offset, pixels, at, span.from, span.to);
  };
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

/** 1.402, 1.772, 0.71414 and 0.34414 in 16-bit fixed point, as in jdcolor.c. */
const CR_TO_R = 91_881;
const CB_TO_B = 116_130;
const CR_TO_G = 46_802;
const CB_TO_G = 22_554;
const HALF = 1 << 15;

/** One row of YCC to RGB; positional arguments, since V8 keeps them in registers. `pixels` must clamp. */
function convertYcc(
  luma: Uint8Array,
  lumaAt: number,
  blue: Uint8Array,
  blueAt: number,
  red: Uint8Array,
  redAt: number,
  pixels: Uint8ClampedArray,
  at: number,
  from: number,
  end: number,
): void {
  for (let x = from, to = at; x < end; x++, to += 3) {
    const y = luma[lumaAt + x]!;
    const cb = blue[blueAt + x]! - 128;
    const cr = red[redAt + x]! - 128;
    pixels[to] = y + ((Math.imul(cr, CR_TO_R) + HALF) >> 16);
    pixels[to + 1] = y + ((Math.imul(cb, -CB_TO_G) - Math.imul(cr, CR_TO_G) + HALF) >> 16);
    pixels[to + 2] = y + ((Math.imul(cb, CB_TO_B) + HALF) >> 16);
  }
}
