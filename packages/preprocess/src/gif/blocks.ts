import { asciiBytes, FormatError, hasBytesAt } from "@samoyed/core";

/** A GIF file's first frame. */
export interface GifFrame {
  /** The whole image, of which the frame may be a part. */
  readonly width: number;
  readonly height: number;
  readonly x: number;
  readonly y: number;
  readonly frameWidth: number;
  readonly frameHeight: number;
  readonly interlaced: boolean;
  /** RGB of each index, or undefined where an index is a gray level. */
  readonly palette: Uint8Array | undefined;
  /** The index of transparent pixels. */
  readonly transparent: number | undefined;
  /** Bits of the smallest code. */
  readonly codeBits: number;
  /** Where the blocks of codes begin. */
  readonly offset: number;
}

const BLOCK = { extension: 0x21, image: 0x2c, end: 0x3b } as const;
const GRAPHIC_CONTROL = 0xf9;

/** The first bytes of every file. */
const SIGNATURES = ["GIF87a", "GIF89a"].map(asciiBytes);

/**
 * Reads a GIF file up to the pixels of its first frame.
 *
 * @throws FormatError when the file ends before, or has no frame.
 * Matches Pillow 13, GifImagePlugin.py: bytes between blocks are skipped, and an image grows to hold its frame.
 */
export function readFirstFrame(bytes: Uint8Array): GifFrame {
  if (!SIGNATURES.some((signature) => hasBytesAt(bytes, signature))) {
    throw new FormatError("GIF: the file does not begin with GIF87a or GIF89a");
  }
  const reader = new BlockReader(bytes, 6);
  const width = reader.word();
  const height = reader.word();
  const flags = reader.byte();
  reader.skip(2);
  const shared = flags & 0x80 ? reader.palette(flags) : undefined;
  let transparent: number | undefined;
  for (;;) {
    const kind = reader.byte();
    if (kind === BLOCK.end) throw new FormatError("GIF: the file has no image");
    if (kind === BLOCK.extension) transparent = reader.extension() ?? transparent;
    if (kind === BLOCK.image) break;
  }
  const [x, y, frameWidth, frameHeight] = [reader.word(), reader.word(), reader.word(), reader.word()];
  const frameFlags = reader.byte();
  const own = frameFlags & 0x80 ? reader.palette(frameFlags) : undefined;
  const codeBits = reader.byte();
  return {
    width: Math.max(width, x + frameWidth),
    height: Math.max(height, y + frameHeight),
    x,
    y,
    frameWidth,
    frameHeight,
    interlaced: (frameFlags & 0x40) !== 0,
    palette: colorsOf(own) ?? colorsOf(shared),
    transparent,
    codeBits,
    offset: reader.offset,
  };
}

/** A palette, unless it is the ramp of grays, which Pillow takes for none. */
function colorsOf(palette: Uint8Array | undefined): Uint8Array | undefined {
  return palette?.every((value, i) => value === Math.floor(i / 3)) ? undefined : palette;
}

class BlockReader {
  offset: number;
  private readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array, offset: number) {
    this.bytes = bytes;
    this.offset = offset;
  }

  byte(): number {
    const value = this.bytes[this.offset++];
    if (value !== undefined) return value;
    throw new FormatError("GIF: the file ends before its first image", {
      hint: "The file is truncated: fetch or copy it again.",
      details: { byteLength: this.bytes.length },
    });
  }

  word(): number {
    return this.byte() | (this.byte() << 8);
  }

  skip(count: number): void {
    this.offset += count;
  }

  palette(flags: number): Uint8Array {
    const length = 3 << ((flags & 7) + 1);
    const palette = this.bytes.subarray(this.offset, this.offset + length);
    this.skip(length);
    return palette;
  }

  /** Passes over an extension; returns the transparent index where it has one. */
  extension(): number | undefined {
    const isControl = this.byte() === GRAPHIC_CONTROL;
    const first = this.offset + 1;
    let size = this.byte();
    const transparent = isControl && size > 0 && this.bytes[first]! & 1 ? this.bytes[first + 3] : undefined;
    while (size > 0) {
      this.skip(size);
      size = this.byte();
    }
    return transparent;
  }
}
