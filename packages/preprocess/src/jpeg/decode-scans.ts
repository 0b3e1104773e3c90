import { asciiBytes, FormatError, hasBytesAt } from "@samoyed/core";

import { type Box, type ChooseRegion, type DecodeOptions, type Image, MAX_PIXELS } from "../image.ts";
import { type ColorSpace, detectColorSpace, rowConverter } from "./color.ts";
import { createEntropyReader, type EntropyReader, openScan, spareBits } from "./entropy.ts";
import { type Frame, parseFrame } from "./frame.ts";
import { badLength, markerName, readSegment, truncated } from "./markers.ts";
import type { CoefficientStore } from "./multi-scan.ts";
import { MARKER, type Marker, nextMarker } from "./next-marker.ts";
import type { Rare } from "./rare.ts";
import { blockRanges } from "./region.ts";
import { latchQuantizers, type ScanContext } from "./scan-context.ts";
import { parseScan } from "./scan.ts";
import { decodeSingleScan } from "./single-scan.ts";
import { createTables, defineHuffman, defineQuantizers, type Tables } from "./tables.ts";
import { type Plane, upsampledRows } from "./upsample.ts";

/** First bytes of the segments APP0 and APP14 that contain color information. */
const JFIF = [...asciiBytes("JFIF"), 0];
const ADOBE = asciiBytes("Adobe");

/** Information from the segments read so far. */
interface DecoderState {
  readonly bytes: Uint8Array;
  readonly reader: EntropyReader;
  readonly tables: Tables;
  readonly quantizers: (Int16Array | undefined)[];
  restartInterval: number;
  jfif: boolean;
  adobeTransform: number | undefined;
  readonly chooseRegion: ChooseRegion;
  readonly maxPixels: number;
  frame: Frame | undefined;
  /** Decided when the first scan begins, as libjpeg-turbo does: later segments have no effect. */
  colorSpace: ColorSpace | undefined;
  region: Box;
  /** The image of a file with one scan, once the scan is decoded. */
  planes: readonly Plane[] | undefined;
  readonly rare: Rare | undefined;
  /** Whether the file cannot be decoded without `rare`. */
  isRare: boolean;
  /** The coefficients of a file with several scans. */
  store: CoefficientStore | undefined;
}

/**
 * Decodes a JPEG file as `decodeJpeg` does. Most files are one scan of all colors, gray or YCC; without `rare` there
 * is no answer for others, so that a program need not contain how those are decoded until one comes.
 *
 * @throws what `decodeJpeg` throws.
 */
export function decodeScans(bytes: Uint8Array, options: DecodeOptions, rare: Rare): Image;
export function decodeScans(bytes: Uint8Array, options: DecodeOptions): Image | undefined;
export function decodeScans(bytes: Uint8Array, options: DecodeOptions, rare?: Rare): Image | undefined {
  if (bytes[0] !== 0xff || bytes[1] !== MARKER.SOI || bytes[2] !== 0xff) {
    throw new FormatError("JPEG: the file does not begin with FFD8 and a further marker");
  }
  const state: DecoderState = {
    bytes,
    reader: createEntropyReader(bytes),
    tables: createTables(),
    quantizers: [],
    restartInterval: 0,
    jfif: false,
    adobeTransform: undefined,
    chooseRegion: options.region ?? (({ width, height }) => ({ x: 0, y: 0, width, height })),
    maxPixels: options.maxPixels ?? MAX_PIXELS,
    frame: undefined,
    colorSpace: undefined,
    region: { x: 0, y: 0, width: 0, height: 0 },
    planes: undefined,
    rare,
    isRare: false,
    store: undefined,
  };
  for (let offset: number | undefined = 2; offset !== undefined;) {
    const marker = nextMarker(bytes, offset);
    // Once it has all rows, Pillow does not read the rest of the file; several scans yield rows only after the end marker.
    if (state.planes !== undefined && (marker === undefined || isCut(bytes, marker))) break;
    if (marker === undefined) throw truncated(bytes, "before the end-of-image marker");
    offset = readMarker(state, marker);
    if (state.isRare) return undefined;
  }
  return assemble(state);
}

/** What only some files take; without it, decoding ends. */
function rareOf(state: DecoderState): Rare | undefined {
  state.isRare = state.rare === undefined;
  return state.rare;
}

/**
 * Processes one marker. Returns the offset from which to search for the next, undefined at the end of the image or of
 * decoding.
 */
function readMarker(state: DecoderState, marker: Marker): number | undefined {
  const { code, offset } = marker;
  if (code === MARKER.EOI) return undefined;
  if ((code >= MARKER.RST0 && code <= MARKER.RST7) || code === MARKER.TEM) return offset;
  if (!hasKnownSegment(code)) {
    throw new FormatError(`JPEG: marker ${markerName(code)} at byte ${offset - 2} is not allowed here`);
  }
  const segment = readSegment(state.bytes, marker);
  const end = offset + 2 + segment.length;
  switch (code) {
    case MARKER.DQT:
      defineQuantizers(state.tables, marker, segment);
      return end;
    case MARKER.DHT:
      defineHuffman(state.tables, marker, segment);
      return end;
    case MARKER.DAC:
      rareOf(state)?.checkConditioning(marker, segment);
      return end;
    case MARKER.DRI:
      if (segment.length !== 2) throw badLength(marker, segment.length + 2);
      state.restartInterval = (segment[0]! << 8) | segment[1]!;
      return end;
    case MARKER.APP0:
      if (segment.length >= 14 && hasBytesAt(segment, JFIF)) state.jfif = true;
      return end;
    case MARKER.APP14:
      if (segment.length >= 12 && hasBytesAt(segment, ADOBE)) state.adobeTransform = segment[11]!;
      return end;
    case MARKER.SOS:
      return readScan(state, marker, segment);
    default:
      if (code < MARKER.SOF0 || code > MARKER.SOF15) return end;
      if (state.frame !== undefined) {
        throw new FormatError(`JPEG: a second frame begins at byte ${offset - 2}; expected one`);
      }
      if (code > MARKER.SOF2) return rareOf(state)?.refuseFrame(marker);
      state.frame = parseFrame(marker, segment, state.maxPixels);
      if (state.frame.components.length > 3 && rareOf(state) === undefined) return undefined;
      state.region = state.chooseRegion(state.frame);
      return end;
  }
}

/** Markers with a segment that libjpeg-turbo reads or skips; all others are errors. */
function hasKnownSegment(code: number): boolean {
  if (code >= MARKER.SOF0 && code <= MARKER.SOF15) return true;
  if (code >= MARKER.SOS && code <= MARKER.DRI) return true;
  return (code >= MARKER.APP0 && code <= MARKER.APP15) || code === MARKER.COM;
}

/** Whether the file ends within a segment whose rest libjpeg-turbo would wait for. */
function isCut(bytes: Uint8Array, { code, offset }: Marker): boolean {
  const isFrame = code >= MARKER.SOF0 && code <= MARKER.SOF15 && code !== MARKER.DHT && code !== MARKER.DAC;
  if (isFrame || !hasKnownSegment(code)) return false;
  // Its length alone shows that it is damaged.
  if (code === MARKER.DRI && offset + 2 <= bytes.length && bytes[offset]! * 256 + bytes[offset + 1]! !== 4)
    return false;
  const length = offset + 2 > bytes.length ? 2 : (bytes[offset]! << 8) | bytes[offset + 1]!;
  return offset + length > bytes.length;
}

/**
 * Decodes the scan that follows its header. Returns the offset from which to search for the next marker, undefined where
 * the scan cannot be decoded.
 */
function readScan(state: DecoderState, marker: Marker, segment: Uint8Array): number | undefined {
  const { bytes, reader, frame, tables, quantizers, restartInterval } = state;
  if (frame === undefined) throw new FormatError(`JPEG: a scan begins at byte ${marker.offset - 2}, before any frame`);
  if (state.planes !== undefined) {
    throw new FormatError(
      `JPEG: a second scan begins at byte ${marker.offset - 2}; the first contained all components`,
    );
  }
  const scan = parseScan(frame, marker, segment);
  const start = marker.offset + 2 + segment.length;
  openScan(reader, start);
  const context: ScanContext = { reader, tables, quantizers, restartInterval };
  latchQuantizers(scan, context);
  const isFirst = state.store === undefined;
  if (isFirst) {
    state.colorSpace = detectColorSpace(frame, state);
    checkDataSize(frame, bytes.length - start);
  }
  const isSingle = isFirst && !frame.progressive && scan.components.length === frame.components.length;
  const hasTables = scan.components.every(({ dcTable, acTable }) => tables.dc[dcTable] && tables.ac[acTable]);
  const rare = isSingle && hasTables ? state.rare : rareOf(state);
  if (state.isRare) return undefined;
  if (isFirst && !frame.progressive) rare?.defineStandardHuffman(tables);
  if (isSingle) {
    state.planes = decodeSingleScan(frame, scan, { ...context, ranges: blockRanges(frame, state.region) });
    // libjpeg-turbo loads up to 64 bits ahead, and Pillow treats a file as truncated when it cannot.
    if (reader.marker === 0 && spareBits(reader) < 64) throw truncated(bytes, "at the end of the image data");
  } else {
    state.store ??= rare!.createCoefficientStore(frame);
    rare!.decodeScan(state.store, scan, context);
  }
  return reader.marker === 0 ? bytes.length : reader.next - 2;
}

/**
 * Images up to this many pixels are decoded even when most of their data is missing, with gray in its place, as in Pillow:
 * that costs at most a few megabytes.
 */
const MAX_BLANK_PIXELS = 1 << 22;

/**
 * Checks that the file can contain an image above `MAX_BLANK_PIXELS`, before allocating memory: every block takes a bit
 * at least.
 *
 * @throws FormatError when it cannot.
 */
function checkDataSize(frame: Frame, byteLength: number): void {
  if (frame.width * frame.height <= MAX_BLANK_PIXELS) return;
  const blocks = Math.max(...frame.components.map(({ blocksAcross, blocksDown }) => blocksAcross * blocksDown));
  if (byteLength * 8 < blocks) {
    throw new FormatError(
      `JPEG: ${byteLength} bytes of image data cannot hold ${frame.width}×${frame.height} pixels (${blocks} blocks)`,
    );
  }
}

function assemble(state: DecoderState): Image {
  const { frame, region, store, quantizers, colorSpace, rare } = state;
  const ranges = frame === undefined ? [] : blockRanges(frame, region);
  const planes = state.planes ?? (store && rare?.transformStore(store, { quantizers, ranges }));
  if (frame === undefined || colorSpace === undefined || planes === undefined) {
    throw new FormatError("JPEG: the file ends without an image");
  }
  const { width, height, components } = frame;
  const span = { from: region.x, to: region.x + region.width };
  const sources = components.map((component, index) =>
    upsampledRows(frame, component, { plane: planes[index]!, span }),
  );
  const pixels = new Uint8ClampedArray(width * height * 3);
  const converter = components.length > 3 ? rare!.inkConverter : rowConverter;
  const convert = converter(colorSpace, span, sources);
  for (let y = region.y; y < region.y + region.height; y++) convert(y, pixels, (y * width + region.x) * 3);
  return { width, height, data: new Uint8Array(pixels.buffer) };
}
