import type { Frame } from "./frame.ts";
import type { RowSource } from "./upsample.ts";

/** What a file's components are. */
export type ColorSpace = "gray" | "ycc" | "rgb" | "cmyk" | "ycck";

/** What the application segments say about colour. */
export interface ColorHints {
  readonly jfif: boolean;
  /** The transform of Adobe's APP14 segment: 0 none, 1 YCC, 2 YCCK. */
  readonly adobeTransform: number | undefined;
}

/** Tells a file's colour space as libjpeg-turbo guesses it (`default_decompress_parms` of jdapimin.c). */
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

/** Writes a row of RGB pixels from the components' rows. */
type RowConverter = (y: number, pixels: Uint8ClampedArray, at: number) => void;

/**
 * Converts rows of components to RGB: YCC as libjpeg-turbo's jdcolor.c, CMYK as Pillow's `convert("RGB")`, which always
 * takes a JPEG's inks as inverted.
 */
export function rowConverter(space: ColorSpace, width: number, sources: readonly RowSource[]): RowConverter {
  const [first, second, third, fourth] = sources as readonly [RowSource, RowSource, RowSource, RowSource];
  switch (space) {
    case "gray":
      return (y, pixels, at) => {
        const { samples, offset } = first(y);
        for (let x = 0, to = at; x < width; x++, to += 3) {
          const value = samples[offset + x]!;
          pixels[to] = value;
          pixels[to + 1] = value;
          pixels[to + 2] = value;
        }
      };
    case "rgb":
      return (y, pixels, at) => {
        const r = first(y);
        const g = second(y);
        const b = third(y);
        for (let x = 0, to = at; x < width; x++, to += 3) {
          pixels[to] = r.samples[r.offset + x]!;
          pixels[to + 1] = g.samples[g.offset + x]!;
          pixels[to + 2] = b.samples[b.offset + x]!;
        }
      };
    case "ycc":
      return (y, pixels, at) => {
        const luma = first(y);
        const blue = second(y);
        const red = third(y);
        convertYcc(luma.samples, luma.offset, blue.samples, blue.offset, red.samples, red.offset, pixels, at, width);
      };
    case "cmyk":
    case "ycck": {
      const row = new Uint8ClampedArray(width * 3);
      return (y, pixels, at) => {
        const c = first(y);
        const m = second(y);
        const ye = third(y);
        const k = fourth(y);
        if (space === "ycck") {
          convertYcc(c.samples, c.offset, m.samples, m.offset, ye.samples, ye.offset, row, 0, width);
        }
        for (let x = 0, to = at; x < width; x++, to += 3) {
          const key = k.samples[k.offset + x]!;
          // The file's inks are inverted: 255 − ink is what Pillow multiplies. YCCK decodes to that directly.
          const cyan = space === "ycck" ? row[x * 3]! : 255 - c.samples[c.offset + x]!;
          const magenta = space === "ycck" ? row[x * 3 + 1]! : 255 - m.samples[m.offset + x]!;
          const yellow = space === "ycck" ? row[x * 3 + 2]! : 255 - ye.samples[ye.offset + x]!;
          pixels[to] = key - multiply255(cyan, key);
          pixels[to + 1] = key - multiply255(magenta, key);
          pixels[to + 2] = key - multiply255(yellow, key);
        }
      };
    }
  }
}

/** a × b / 255, rounded: Pillow's `MULDIV255`. */
function multiply255(a: number, b: number): number {
  const product = a * b + 128;
  return ((product >> 8) + product) >> 8;
}

/** 1.402, 1.772, 0.71414 and 0.34414 in 16-bit fixed point, as jdcolor.c has them. */
const CR_TO_R = 91_881;
const CB_TO_B = 116_130;
const CR_TO_G = 46_802;
const CB_TO_G = 22_554;
const HALF = 1 << 15;

/** One row of YCC to RGB; positional arguments, since V8 keeps them in registers. `pixels` must clamp. */
function convertYcc(
  luma: Uint8ClampedArray,
  lumaAt: number,
  blue: Uint8ClampedArray,
  blueAt: number,
  red: Uint8ClampedArray,
  redAt: number,
  pixels: Uint8ClampedArray,
  at: number,
  width: number,
): void {
  for (let x = 0, to = at; x < width; x++, to += 3) {
    const y = luma[lumaAt + x]!;
    const cb = blue[blueAt + x]! - 128;
    const cr = red[redAt + x]! - 128;
    pixels[to] = y + ((Math.imul(cr, CR_TO_R) + HALF) >> 16);
    pixels[to + 1] = y + ((Math.imul(cb, -CB_TO_G) - Math.imul(cr, CR_TO_G) + HALF) >> 16);
    pixels[to + 2] = y + ((Math.imul(cb, CB_TO_B) + HALF) >> 16);
  }
}
