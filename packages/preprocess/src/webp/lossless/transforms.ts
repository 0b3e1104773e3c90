import { damaged } from "../damaged.ts";
import type { BitReader } from "./bit-reader.ts";
import { type ArgbImage, parted, readEntropyImage } from "./entropy-image.ts";
import { addArgb, predict } from "./predict.ts";

/** What was done to an image's pixels; undoing it gives an image of this width. */
export interface Transform {
  readonly width: number;
  readonly undo: (image: ArgbImage) => ArgbImage;
}

/**
 * Reads the transforms of an image, in the order in which they were done.
 *
 * @returns them, and the width of the image that is stored.
 * @throws FormatError when one occurs twice.
 */
export function readTransforms(
  reader: BitReader,
  { width, height }: { readonly width: number; readonly height: number },
): { readonly transforms: readonly Transform[]; readonly storedWidth: number } {
  const transforms: Transform[] = [];
  const seen = new Set<number>();
  let stored = width;
  while (reader.take(1) === 1) {
    const kind = reader.take(2);
    if (seen.has(kind)) throw damaged("a transform occurs twice");
    seen.add(kind);
    const size = { width: stored, height };
    if (kind === 0) transforms.push({ width: stored, undo: undoPrediction(readParts(reader, size)) });
    else if (kind === 1) transforms.push({ width: stored, undo: undoCrossColor(readParts(reader, size)) });
    else if (kind === 2) transforms.push({ width: stored, undo: undoSubtractGreen });
    else {
      const { undo, bits } = readPalette(reader, stored);
      transforms.push({ width: stored, undo });
      stored = parted(stored, bits);
    }
  }
  return { transforms, storedWidth: stored };
}

/** A number for each square of pixels. */
interface Parts {
  readonly bits: number;
  readonly image: ArgbImage;
}

function readParts(reader: BitReader, { width, height }: { readonly width: number; readonly height: number }): Parts {
  const bits = 2 + reader.take(3);
  return {
    bits,
    image: readEntropyImage(reader, { width: parted(width, bits), height: parted(height, bits), main: false }),
  };
}

function undoPrediction({ bits, image: modes }: Parts): Transform["undo"] {
  return (image) => {
    const { width, height, pixels } = image;
    const black = 0xff000000 | 0;
    pixels[0] = addArgb(pixels[0]!, black);
    for (let at = 1; at < width; at++) pixels[at] = addArgb(pixels[at]!, pixels[at - 1]!);
    for (let row = 1; row < height; row++) {
      const start = row * width;
      pixels[start] = addArgb(pixels[start]!, pixels[start - width]!);
      const modeRow = (row >> bits) * modes.width;
      for (let column = 1; column < width; column++) {
        const mode = (modes.pixels[modeRow + (column >> bits)]! >> 8) & 15;
        pixels[start + column] = addArgb(pixels[start + column]!, predict(mode, pixels, start + column, width));
      }
    }
    return image;
  };
}

const signed = (byte: number): number => (byte << 24) >> 24;
/** The part of a channel that is predicted from another: both are signed bytes, in 32nds. */
const share = (factor: number, value: number): number => (signed(factor) * signed(value)) >> 5;

function undoCrossColor({ bits, image: parts }: Parts): Transform["undo"] {
  return (image) => {
    const { width, pixels } = image;
    for (let at = 0, row = 0, column = 0; at < pixels.length; at++) {
      const factors = parts.pixels[(row >> bits) * parts.width + (column >> bits)]!;
      const pixel = pixels[at]!;
      const green = (pixel >> 8) & 255;
      const red = ((pixel >> 16) + share(factors, green)) & 255;
      const blue = (pixel + share(factors >> 8, green) + share(factors >> 16, red)) & 255;
      pixels[at] = (pixel & 0xff00ff00) | (red << 16) | blue;
      if (++column === width) {
        column = 0;
        row++;
      }
    }
    return image;
  };
}

function undoSubtractGreen(image: ArgbImage): ArgbImage {
  const { pixels } = image;
  for (const [at, pixel] of pixels.entries()) {
    const green = (pixel >> 8) & 255;
    pixels[at] = (pixel & 0xff00ff00) | ((pixel + (green << 16)) & 0xff0000) | ((pixel + green) & 255);
  }
  return image;
}

/** Colors by number; few of them are packed, several numbers in one pixel's green. */
function readPalette(reader: BitReader, width: number): { undo: Transform["undo"]; bits: number } {
  const count = reader.take(8) + 1;
  const bits = count > 16 ? 0 : count > 4 ? 1 : count > 2 ? 2 : 3;
  const { pixels: palette } = readEntropyImage(reader, { width: count, height: 1, main: false });
  // Numbers beyond the palette are transparent black.
  const colors = new Int32Array(256);
  for (let i = 0; i < count; i++) colors[i] = addArgb(palette[i]!, i === 0 ? 0 : colors[i - 1]!);
  const size = 8 >> bits;
  const mask = (1 << size) - 1;
  const undo: Transform["undo"] = ({ width: stored, height, pixels: packed }) => {
    const pixels = new Int32Array(width * height);
    for (let row = 0, at = 0; row < height; row++) {
      for (let column = 0; column < width; column++, at++) {
        const green = (packed[row * stored + (column >> bits)]! >> 8) & 255;
        pixels[at] = colors[(green >> ((column & ((1 << bits) - 1)) * size)) & mask]!;
      }
    }
    return { width, height, pixels };
  };
  return { undo, bits };
}
