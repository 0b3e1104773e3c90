import { FormatError, UnsupportedError } from "@samoyed/core";

/** How the pixels of a BMP file are stored. */
export type BmpLayout =
  | { readonly kind: "indexed" }
  | { readonly kind: "rle"; readonly nibbles: boolean }
  /** 16 bits, five or six of them for green. */
  | { readonly kind: "packed"; readonly greenBits: 5 | 6 }
  /** Bytes per pixel, and where in them red, green and blue are. */
  | { readonly kind: "bytes"; readonly size: number; readonly order: readonly [number, number, number] };

/** What a BMP file's headers say. */
export interface BmpHeader {
  readonly width: number;
  readonly height: number;
  readonly bits: number;
  readonly topDown: boolean;
  readonly layout: BmpLayout;
  /** RGB triples. */
  readonly palette: Uint8Array;
  /** Offset of the pixels. */
  readonly offset: number;
}

/** Sizes of the headers that begin as BITMAPINFOHEADER does. */
const INFO_HEADERS: readonly number[] = [40, 52, 56, 64, 108, 124];

/** Byte orders that Pillow knows for 32 bits with masks: red, green, blue, alpha. */
const ORDERS: ReadonlyMap<string, readonly [number, number, number]> = new Map([
  ["ff0000 ff00 ff 0", [2, 1, 0]],
  ["ff000000 ff0000 ff00 0", [3, 2, 1]],
  ["ff000000 ff00 ff 0", [3, 1, 0]],
  ["ff000000 ff0000 ff00 ff", [3, 2, 1]],
  ["ff ff00 ff0000 ff000000", [0, 1, 2]],
  ["ff0000 ff00 ff ff000000", [2, 1, 0]],
  ["ff000000 ff00 ff ff0000", [3, 1, 0]],
  ["0 0 0 0", [2, 1, 0]],
]);

/**
 * Reads the headers and the palette of a BMP file, as Pillow's BmpImagePlugin does.
 *
 * @throws FormatError when the file ends within them, or they contradict themselves.
 * @throws UnsupportedError for headers, depths, compressions and masks that Pillow does not read either.
 */
export function readBmpHeader(bytes: Uint8Array): BmpHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const u32 = (at: number): number => (requireBytes(bytes, at + 4), view.getUint32(at, true));
  const u16 = (at: number): number => (requireBytes(bytes, at + 2), view.getUint16(at, true));
  const size = u32(14);
  requireBytes(bytes, 14 + size);
  const isCore = size === 12;
  if (!isCore && !INFO_HEADERS.includes(size)) throw unsupported(`a header of ${size} bytes`);
  const topDown = !isCore && bytes[14 + 11] === 0xff;
  const width = isCore ? u16(18) : u32(18);
  const height = isCore ? u16(20) : topDown ? 2 ** 32 - u32(22) : u32(22);
  const bits = u16(isCore ? 24 : 28);
  const compression = isCore ? 0 : u32(30);
  const colors = (isCore ? 0 : u32(46)) || 2 ** bits;
  // Masks follow the shortest header, and are within longer ones.
  const masks = compression === 3 ? [0, 4, 8, 12].map((at) => (at === 12 && size < 56 ? 0 : u32(54 + at))) : [];
  const afterHeader = 14 + size + (compression === 3 && size < 52 ? 12 : 0);
  const entry = isCore ? 3 : 4;
  const paletteBytes = bits <= 8 ? entry * colors : 0;
  if (bits <= 8 && colors > 256) throw unsupported(`a palette of ${colors} colors`);
  const stated = u32(10);
  // Some writers leave the palette out of the offset.
  const offset = stated === 14 + size && bits <= 8 ? stated + paletteBytes : stated || afterHeader + paletteBytes;
  const palette = readPalette(bytes, { offset: afterHeader, entry, colors: bits <= 8 ? colors : 0 });
  if (bits <= 8 && isGray(palette, colors) && !(bits === 8 && colors > 2) && !(bits === 1 && colors === 2)) {
    // Pillow then reads the pixels at another depth than they have.
    throw unsupported(`${bits} bits per pixel with ${colors} shades of gray`);
  }
  return { width, height, bits, topDown, palette, offset, layout: layoutOf(bits, compression, masks) };
}

function layoutOf(bits: number, compression: number, masks: readonly number[]): BmpLayout {
  if (![1, 4, 8, 16, 24, 32].includes(bits)) throw unsupported(`${bits} bits per pixel`);
  if (compression === 1 || compression === 2) {
    if (bits > 8) throw unsupported(`run lengths with ${bits} bits per pixel`);
    return { kind: "rle", nibbles: compression === 2 };
  }
  if (compression === 0) {
    if (bits <= 8) return { kind: "indexed" };
    return bits === 16 ? { kind: "packed", greenBits: 5 } : { kind: "bytes", size: bits / 8, order: [2, 1, 0] };
  }
  if (compression !== 3) throw unsupported(`compression ${compression}`);
  const rgb = masks.slice(0, 3).map((mask) => mask.toString(16));
  const name = rgb.join(" ");
  if (bits === 16 && name === "f800 7e0 1f") return { kind: "packed", greenBits: 6 };
  if (bits === 16 && name === "7c00 3e0 1f") return { kind: "packed", greenBits: 5 };
  if (bits === 24 && name === "ff0000 ff00 ff") return { kind: "bytes", size: 3, order: [2, 1, 0] };
  const order = bits === 32 ? ORDERS.get(masks.map((mask) => mask.toString(16)).join(" ")) : undefined;
  if (order === undefined) throw unsupported(`the masks ${name} with ${bits} bits per pixel`);
  return { kind: "bytes", size: 4, order };
}

/** The palette, blue first in the file. What the file does not have is black. */
function readPalette(
  bytes: Uint8Array,
  { offset, entry, colors }: { readonly offset: number; readonly entry: number; readonly colors: number },
): Uint8Array {
  const palette = new Uint8Array(768);
  for (let i = 0; i < colors; i++) {
    for (let channel = 0; channel < 3; channel++)
      palette[3 * i + channel] = bytes[offset + entry * i + 2 - channel] ?? 0;
  }
  return palette;
}

/** Whether a palette is black and white, or every index its own shade of gray. */
function isGray(palette: Uint8Array, colors: number): boolean {
  return Array.from({ length: colors }, (_, i) => (colors === 2 ? 255 * i : i)).every((shade, i) =>
    palette.subarray(3 * i, 3 * i + 3).every((value) => value === shade),
  );
}

function requireBytes(bytes: Uint8Array, end: number): void {
  if (end <= bytes.length) return;
  throw new FormatError(`BMP: the file ends at byte ${bytes.length}, within its header`, {
    hint: "The file is truncated: fetch or copy it again.",
  });
}

function unsupported(what: string): UnsupportedError {
  return new UnsupportedError(`BMP: ${what}: not supported, by Pillow neither`, { hint: "Save the image as PNG." });
}
