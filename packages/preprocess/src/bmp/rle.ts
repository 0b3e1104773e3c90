import { FormatError } from "@samoyed/core";

/**
 * Decodes the run lengths of a BMP file to one index per pixel, in the file's order of rows: Pillow's `BmpRleDecoder`, with
 * its treatment of runs beyond a row.
 *
 * @throws FormatError when the data end before the last row.
 */
export function decodeRle(
  bytes: Uint8Array,
  { offset, width, height, nibbles }: { offset: number; width: number; height: number; nibbles: boolean },
): Uint8Array {
  const length = width * height;
  const data = new Uint8Array(length);
  let to = 0;
  let x = 0;
  let at = offset;
  const put = (value: number): void => {
    if (to < length) data[to] = value;
    to++;
  };
  while (to < length && at + 1 < bytes.length) {
    const count = bytes[at]!;
    const value = bytes[at + 1]!;
    at += 2;
    if (count > 0) {
      const pixels = x + count > width ? Math.max(0, width - x) : count;
      for (let i = 0; i < pixels; i++) put(nibbles ? (i % 2 === 0 ? value >> 4 : value & 15) : value);
      x += pixels;
    } else if (value === 0) {
      while (to % width !== 0) to++;
      x = 0;
    } else if (value === 1) {
      break;
    } else if (value === 2) {
      if (at + 2 > bytes.length) break;
      to += Math.min(length - to, bytes[at]! + bytes[at + 1]! * width);
      at += 2;
      x = to % width;
    } else {
      const pixels = Math.min(length - to, value);
      const size = nibbles ? Math.ceil(pixels / 2) : pixels;
      const available = bytes.subarray(at, at + size);
      for (const [i, byte] of available.entries()) {
        put(nibbles ? byte >> 4 : byte);
        if (nibbles && 2 * i + 1 < pixels) put(byte & 15);
      }
      at += size;
      if (available.length < size || to === length) break;
      x += value;
      at += at % 2;
    }
  }
  if (to < length) {
    throw new FormatError(`BMP: the run lengths end after ${to} of ${length} pixels`, {
      hint: "The file is truncated: fetch or copy it again.",
    });
  }
  return data;
}
