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
 * Converts rows of components to RGB: YCC as in libjpeg-turbo's jdcolor.c.
 *
 * @param space any but those of four inks, which `inkConverter` converts.
 * @param span the requested columns.
 */
export function rowConverter(space: ColorSpace, span: Span, sources: readonly RowSource[]): RowConverter {
  const [first, second, third] = sources;
  if (space === "gray") return copyRows(span, [first!, first!, first!]);
  if (space === "rgb") return copyRows(span, [first!, second!, third!]);
  return yccRows(span, [first!, second!, third!]);
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
