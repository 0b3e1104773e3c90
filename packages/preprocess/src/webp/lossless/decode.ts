import { damaged } from "../damaged.ts";
import { BitReader } from "./bit-reader.ts";
import { type ArgbImage, readEntropyImage } from "./entropy-image.ts";
import { readTransforms } from "./transforms.ts";

const SIGNATURE = 0x2f;

/** The header of lossless data. */
export interface LosslessHeader {
  readonly width: number;
  readonly height: number;
  readonly hasAlpha: boolean;
}

/**
 * Reads the header of lossless data.
 *
 * @throws FormatError when they are something else.
 */
export function readLosslessHeader(bytes: Uint8Array): LosslessHeader {
  if (bytes.length < 5 || bytes[0] !== SIGNATURE || bytes[4]! >> 5 !== 0)
    throw damaged("the lossless data have no header");
  return {
    width: (bytes[1]! | ((bytes[2]! & 0x3f) << 8)) + 1,
    height: ((bytes[2]! >> 6) | (bytes[3]! << 2) | ((bytes[4]! & 0xf) << 10)) + 1,
    hasAlpha: (bytes[4]! & 0x10) !== 0,
  };
}

/** Decodes lossless data with a header. */
export function decodeLossless(bytes: Uint8Array): ArgbImage {
  return decodeLosslessStream(bytes.subarray(5), readLosslessHeader(bytes));
}

/** Decodes lossless data of a size. */
export function decodeLosslessStream(
  bytes: Uint8Array,
  { width, height }: { readonly width: number; readonly height: number },
): ArgbImage {
  const reader = new BitReader(bytes);
  const { transforms, storedWidth } = readTransforms(reader, { width, height });
  const stored = readEntropyImage(reader, { width: storedWidth, height, main: true });
  return transforms.reduceRight((image, { undo }) => undo(image), stored);
}
