import { asciiBytes, hasBytesAt } from "@samoyed/core";

import { damaged, truncated } from "./damaged.ts";
import { readLosslessHeader } from "./lossless/decode.ts";
import { readLossySize } from "./lossy/header.ts";

/** A WebP file's picture, or its first frame. */
export interface WebpFrame {
  /** The whole image, of which a frame may be a part. */
  readonly width: number;
  readonly height: number;
  readonly x: number;
  readonly y: number;
  readonly frameWidth: number;
  readonly frameHeight: number;
  readonly isLossless: boolean;
  readonly data: Uint8Array;
  /** The opacity of lossy data. */
  readonly alpha: Uint8Array | undefined;
  /** Whether pixels may be transparent. */
  readonly hasAlpha: boolean;
}

interface Chunk {
  readonly type: string;
  readonly data: Uint8Array;
}

/** Flags of the chunk VP8X. */
const FLAG = { animation: 0x02, alpha: 0x10 } as const;

/**
 * Reads a WebP file up to its pixels.
 *
 * @throws FormatError when it is damaged, or has no picture.
 * Matches RFC 9649, section 2, and libwebp's demuxer.
 */
export function readFirstFrame(bytes: Uint8Array): WebpFrame {
  if (!hasBytesAt(bytes, asciiBytes("RIFF")) || !hasBytesAt(bytes, asciiBytes("WEBP"), 8)) {
    throw damaged("the file does not begin with RIFF and WEBP");
  }
  const size = 8 + new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getUint32(4, true);
  if (size > bytes.length) throw truncated(`byte ${size} of the file`);
  const chunks = chunksIn(bytes.subarray(12, size));
  const [first] = chunks;
  if (first?.type !== "VP8X") return { ...framed(chunks.slice(0, 1), undefined), x: 0, y: 0 };
  if (first.data.length < 10) throw truncated("its size");
  const flags = first.data[0]!;
  const canvas = { width: threeBytes(first.data, 4) + 1, height: threeBytes(first.data, 7) + 1 };
  const hasAlpha = (flags & FLAG.alpha) !== 0;
  if ((flags & FLAG.animation) === 0) {
    const frame = framed(chunks, hasAlpha);
    if (frame.width !== canvas.width || frame.height !== canvas.height) {
      throw damaged(
        `the picture is ${frame.width}×${frame.height} pixels, the file says ${canvas.width}×${canvas.height}`,
      );
    }
    return { ...frame, x: 0, y: 0 };
  }
  const animation = chunks.find(({ type }) => type === "ANMF")?.data;
  if (animation === undefined || animation.length < 16) throw truncated("its first frame");
  const [x, y] = [2 * threeBytes(animation, 0), 2 * threeBytes(animation, 3)];
  const frame = framed(chunksIn(animation.subarray(16)), hasAlpha);
  const isSame = frame.width === threeBytes(animation, 6) + 1 && frame.height === threeBytes(animation, 9) + 1;
  if (!isSame || x + frame.width > canvas.width || y + frame.height > canvas.height) {
    throw damaged("the first frame does not fit");
  }
  return { ...frame, ...canvas, x, y };
}

/** The picture among chunks; RIFF's are padded to even sizes. */
function framed(chunks: readonly Chunk[], hasAlpha: boolean | undefined): Omit<WebpFrame, "x" | "y"> {
  const index = chunks.findIndex(({ type }) => type === "VP8 " || type === "VP8L");
  if (index < 0) throw damaged("the file has no picture");
  const { type, data } = chunks[index]!;
  const isLossless = type === "VP8L";
  const header = isLossless ? readLosslessHeader(data) : { ...readLossySize(data), hasAlpha: false };
  const { width, height } = header;
  const alpha = isLossless ? undefined : chunks.slice(0, index).find((chunk) => chunk.type === "ALPH")?.data;
  return {
    width,
    height,
    frameWidth: width,
    frameHeight: height,
    isLossless,
    data,
    alpha,
    hasAlpha: hasAlpha ?? header.hasAlpha,
  };
}

function chunksIn(bytes: Uint8Array): readonly Chunk[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const chunks: Chunk[] = [];
  for (let at = 0; at + 8 <= bytes.length;) {
    const length = view.getUint32(at + 4, true);
    const type = String.fromCharCode(...bytes.subarray(at, at + 4));
    if (at + 8 + length > bytes.length) throw truncated(`the end of the chunk ${JSON.stringify(type)}`);
    // libwebp reads the byte that pads a picture to an even size, where it needs it.
    const padding = type.startsWith("VP8") ? length & 1 : 0;
    chunks.push({ type, data: bytes.subarray(at + 8, at + 8 + length + padding) });
    at += 8 + length + (length & 1);
  }
  return chunks;
}

function threeBytes(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16);
}
