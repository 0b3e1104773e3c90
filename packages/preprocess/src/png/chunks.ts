import { concatBytes, crc32, FormatError, UnsupportedError } from "@samoyed/core";

import { PNG_SIGNATURE } from "./signature.ts";

/** The contents of a PNG's image header (PNG 11.2.1). */
export interface PngHeader {
  readonly width: number;
  readonly height: number;
  readonly bitDepth: number;
  /** 0 gray, 2 RGB, 3 palette, 4 gray and alpha, 6 RGB and alpha. */
  readonly colorType: number;
  readonly interlaced: boolean;
}

/** The parts of a PNG that determine its pixels. */
export interface PngParts {
  readonly header: PngHeader;
  /** RGB triples; empty if the file has none. */
  readonly palette: Uint8Array;
  /** The chunk of transparent colors (PNG 11.3.1.1). */
  readonly transparency: Uint8Array | undefined;
  /** The zlib stream. */
  readonly compressed: Uint8Array;
  /** Where the file ends within a chunk of image data: the bytes of the stream in the chunks before it. */
  readonly beforeCut?: number;
}

/** What is known of a PNG's animation. */
interface Animation {
  frames: number | undefined;
  /** The number of its last chunk. */
  sequence: number | undefined;
}

/** Bit depths of each color type (PNG table 11.1). */
const BIT_DEPTHS: ReadonlyMap<number, readonly number[]> = new Map([
  [0, [1, 2, 4, 8, 16]],
  [2, [8, 16]],
  [3, [1, 2, 4, 8]],
  [4, [8, 16]],
  [6, [8, 16]],
]);

interface Chunk {
  readonly name: string;
  readonly offset: number;
  readonly length: number;
}

/**
 * Splits a PNG file into its parts, as strictly as Pillow's PngImagePlugin: checksums up to the image data must be correct,
 * those of the image data and after it are ignored; a file may end without its end chunk, but not within a chunk.
 *
 * Of an animated PNG, the first image is used.
 *
 * @throws FormatError when the file is truncated or contradicts itself.
 * @throws UnsupportedError when the first image of an animation covers only a part of the picture.
 */
export function readPngParts(bytes: Uint8Array): PngParts {
  let header: PngHeader | undefined;
  let palette = new Uint8Array(0);
  let transparency: Uint8Array | undefined;
  const animation: Animation = { frames: undefined, sequence: undefined };
  let offset = PNG_SIGNATURE.length;
  for (;;) {
    const chunk = readChunkHeader(bytes, offset);
    if (chunk === undefined) throw truncated(bytes, "before the image data");
    if (chunk.name === "IDAT") break;
    if (chunk.name === "IEND") throw new FormatError(`PNG: the file ends at byte ${offset}, without image data`);
    const data = readChunk(bytes, chunk);
    if (chunk.name === "IHDR") header = parseHeader(data);
    else if (chunk.name === "PLTE") palette = data.slice();
    else if (chunk.name === "tRNS") transparency = data;
    else if (chunk.name === "acTL") animation.frames ??= frameCount(data);
    else if (chunk.name === "fcTL") checkFirstFrame(header, data, animation);
    offset = chunk.offset + chunk.length + 4;
  }
  if (header === undefined) throw new FormatError(`PNG: image data at byte ${offset}, before the header`);
  if (header.colorType === 3 && palette.length > 768)
    throw new FormatError(`PNG: palette of ${palette.length} bytes; expected at most 768`);
  const { pieces, end, cut } = collectImageData(bytes, offset);
  // An image before the frames is one frame more.
  const frames = (animation.frames ?? 0) + (animation.sequence === undefined ? 1 : 0);
  checkTail(bytes, { offset: end, animated: animation.frames !== undefined && frames > 1, animation });
  return {
    header,
    palette,
    transparency,
    compressed: pieces.length === 1 ? pieces[0]! : concatBytes(pieces),
    ...(cut && { beforeCut: pieces.slice(0, -1).reduce((sum, piece) => sum + piece.length, 0) }),
  };
}

/** A chunk's name and length; undefined at the end of the file. */
function readChunkHeader(bytes: Uint8Array, offset: number): Chunk | undefined {
  if (offset + 8 > bytes.length) return undefined;
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(offset);
  const name = String.fromCharCode(...bytes.subarray(offset + 4, offset + 8));
  if (!/^\w{4}$/.test(name)) {
    throw new FormatError(`PNG: chunk ${JSON.stringify(name)} at byte ${offset}; expected a name of four letters`);
  }
  return { name, offset: offset + 8, length };
}

function readChunk(bytes: Uint8Array, { name, offset, length }: Chunk): Uint8Array {
  if (offset + length + 4 > bytes.length)
    throw truncated(bytes, `in chunk ${name} at byte ${offset - 8}, ${length} bytes long`);
  const stored = new DataView(bytes.buffer, bytes.byteOffset).getUint32(offset + length);
  const computed = crc32(bytes.subarray(offset - 4, offset + length));
  if (stored !== computed) {
    throw new FormatError(
      `PNG: chunk ${name} at byte ${offset - 8} has checksum ${stored.toString(16)}; its data has ${computed.toString(16)}`,
      { hint: "The file is damaged: fetch or copy it again.", details: { offset: offset - 8 } },
    );
  }
  return bytes.subarray(offset, offset + length);
}

function parseHeader(data: Uint8Array): PngHeader {
  if (data.length < 13) throw new FormatError(`PNG: header of ${data.length} bytes; expected 13`);
  const view = new DataView(data.buffer, data.byteOffset);
  const width = view.getUint32(0);
  const height = view.getUint32(4);
  const [bitDepth, colorType, , filter, interlace] = data.subarray(8) as unknown as [
    number,
    number,
    number,
    number,
    number,
  ];
  if (BIT_DEPTHS.get(colorType)?.includes(bitDepth) !== true) {
    throw new FormatError(`PNG: color type ${colorType} with ${bitDepth} bits; the format has no such images`);
  }
  if (filter !== 0) throw new FormatError(`PNG: filter method ${filter}; expected 0`);
  return { width, height, bitDepth, colorType, interlaced: interlace !== 0 };
}

/** The number of frames; undefined where Pillow takes the file for no animation. */
function frameCount(data: Uint8Array): number | undefined {
  if (data.length < 8) throw new FormatError(`PNG: animation control of ${data.length} bytes; expected 8`);
  const frames = new DataView(data.buffer, data.byteOffset).getUint32(0);
  return frames === 0 || frames > 0x80000000 ? undefined : frames;
}

/** Checks that the first frame of an animation is the whole picture. */
function checkFirstFrame(header: PngHeader | undefined, data: Uint8Array, animation: Animation): void {
  checkFrame(header, data, animation);
  const view = new DataView(data.buffer, data.byteOffset);
  if (view.getUint32(4) !== header?.width || view.getUint32(8) !== header.height) {
    throw new UnsupportedError("PNG: the first frame of the animation covers only a part of the picture", {
      hint: "Save the frame as a separate PNG.",
    });
  }
}

/** Checks a frame's control chunk: its number, and that the frame is within the picture. */
function checkFrame(header: PngHeader | undefined, data: Uint8Array, animation: Animation): void {
  if (data.length < 26) throw new FormatError(`PNG: frame control of ${data.length} bytes; expected 26`);
  const view = new DataView(data.buffer, data.byteOffset);
  checkSequence(view.getUint32(0), animation);
  const [width, height, x, y] = [4, 8, 12, 16].map((at) => view.getUint32(at)) as [number, number, number, number];
  if (header !== undefined && (x + width > header.width || y + height > header.height)) {
    throw new FormatError(
      `PNG: a frame of ${width}×${height} at ${x}, ${y} is not within ${header.width}×${header.height} pixels`,
    );
  }
}

function checkSequence(number: number, animation: Animation): void {
  const expected = animation.sequence === undefined ? 0 : animation.sequence + 1;
  if (number !== expected) {
    throw new FormatError(`PNG: a chunk of the animation has number ${number}; expected ${expected}`);
  }
  animation.sequence = number;
}

/** The consecutive IDAT chunks; the last may be cut short by the file's end. */
function collectImageData(bytes: Uint8Array, first: number): { pieces: Uint8Array[]; end: number; cut: boolean } {
  const pieces: Uint8Array[] = [];
  let offset = first;
  for (;;) {
    const chunk = offset + 8 > bytes.length ? undefined : readImageChunk(bytes, offset);
    if (chunk === undefined) return { pieces, end: offset, cut: false };
    pieces.push(bytes.subarray(chunk.offset, chunk.offset + chunk.length));
    if (chunk.offset + chunk.length > bytes.length) return { pieces, end: bytes.length, cut: true };
    offset = chunk.offset + chunk.length + 4;
  }
}

function readImageChunk(bytes: Uint8Array, offset: number): Chunk | undefined {
  const isImageData = bytes[offset + 4] === 0x49 && bytes[offset + 5] === 0x44 && bytes[offset + 6] === 0x41 && bytes[offset + 7] === 0x54; // prettier-ignore
  return isImageData ? readChunkHeader(bytes, offset) : undefined;
}

/** Walks to the end chunk, to detect a file that ends within a chunk, or one that Pillow refuses. */
function checkTail(
  bytes: Uint8Array,
  { offset, animated, animation }: { offset: number; animated: boolean; animation: Animation },
): void {
  for (let at = offset; at + 8 <= bytes.length;) {
    const name = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (!/^\w{4}$/.test(name) || name === "IEND" || (animated && name === "fcTL")) return;
    const chunk = readChunkHeader(bytes, at)!;
    const end = chunk.offset + chunk.length;
    if (end > bytes.length) throw truncated(bytes, `in chunk ${name} at byte ${at}, ${chunk.length} bytes long`);
    const data = bytes.subarray(chunk.offset, end);
    if (name === "IHDR") checkSecondHeader(data);
    else if (name === "fcTL") checkFrame(undefined, data, animation);
    else if (name === "fdAT") checkFrameData(data, animation);
    at = end + 4;
  }
}

function checkSecondHeader(data: Uint8Array): void {
  if (data.length < 13) throw new FormatError(`PNG: a second header of ${data.length} bytes; expected 13`);
  if (data[11] !== 0) throw new FormatError(`PNG: filter method ${data[11]}; expected 0`);
}

function checkFrameData(data: Uint8Array, animation: Animation): void {
  if (data.length < 4) throw new FormatError(`PNG: frame data of ${data.length} bytes; expected 4 or more`);
  // Frame data without a frame before them have no number that fits.
  if (animation.sequence === undefined) throw new FormatError("PNG: frame data come before any frame");
  checkSequence(new DataView(data.buffer, data.byteOffset).getUint32(0), animation);
}

/** The error for a file that ends too early. */
export function truncated(bytes: Uint8Array, where: string): FormatError {
  return new FormatError(`PNG: the file ends at byte ${bytes.length}, ${where}`, {
    hint: "The file is truncated: fetch or copy it again.",
    details: { byteLength: bytes.length },
  });
}
