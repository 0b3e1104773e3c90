import { truncated } from "./markers.ts";
import { MARKER, nextMarker } from "./next-marker.ts";

/**
 * Reads the entropy-coded bits of a scan, one segment (the bytes between two markers) at a time.
 *
 * A segment is first copied without its stuffing, so that the decoders' inner loops load bytes without checking them.
 * The decoders keep `position`, `bits` and `count` in local variables while they decode a block.
 */
export interface EntropyReader {
  readonly bytes: Uint8Array;
  /** The segment, unstuffed, followed by `PADDING` zeros, which libjpeg-turbo feeds its decoder past a marker. */
  readonly data: Uint8Array;
  /** Bytes of the segment in `data`. */
  end: number;
  /** Where zeros were last written, −1 if `data` changed since. */
  zerosAt: number;
  /** Next byte of `data` to load. */
  position: number;
  /** Loaded bits; the low `count` of them are not yet decoded. */
  bits: number;
  count: number;
  /** The marker that ends the segment, 0 at the end of the file, and the offset of the bytes after it. */
  marker: number;
  next: number;
  /** Number 0–7 that the next restart marker must have. */
  expectedRestart: number;
  /** Whether the segment ran out: its further blocks are not decoded. */
  exhausted: boolean;
}

/**
 * Zeros after a segment. One MCU can ask for at most 10 blocks × 64 coefficients × 32 bits = 2,560 bytes more than there
 * are before `checkExhausted` notices.
 */
const PADDING = 4096;

/** Creates a reader for the scans of a file; `openSegment` positions it. */
export function createEntropyReader(bytes: Uint8Array): EntropyReader {
  return {
    bytes,
    data: new Uint8Array(bytes.length + PADDING),
    end: 0,
    zerosAt: -1,
    position: 0,
    bits: 0,
    count: 0,
    marker: 0,
    next: 0,
    expectedRestart: 0,
    exhausted: false,
  };
}

/** Starts a scan whose entropy-coded data begin at `offset`. */
export function openScan(reader: EntropyReader, offset: number): void {
  reader.expectedRestart = 0;
  openSegment(reader, offset);
}

function openSegment(reader: EntropyReader, offset: number): void {
  const { bytes, data } = reader;
  const length = bytes.length;
  let to = 0;
  let at = offset;
  let marker = 0;
  while (at < length) {
    const byte = bytes[at++]!;
    if (byte === 0xff) {
      // Several 0xFF before a zero are one stuffed byte, and before a marker they are fill.
      while (at < length && bytes[at] === 0xff) at++;
      if (at >= length) break;
      if (bytes[at] !== 0) {
        marker = bytes[at]!;
        at++;
        break;
      }
      at++;
    }
    data[to++] = byte;
  }
  reader.marker = marker;
  reader.next = at;
  reader.zerosAt = -1;
  resetBits(reader, to);
  reader.exhausted = false;
}

function resetBits(reader: EntropyReader, end: number): void {
  // A file with a gap at every restart marker would else have them written for each.
  if (reader.zerosAt !== end) reader.data.fill(0, end, end + PADDING);
  reader.zerosAt = end;
  reader.end = end;
  reader.position = 0;
  reader.bits = 0;
  reader.count = 0;
}

/**
 * Checks whether decoding has gone past the segment's end; call it after each MCU.
 *
 * A marker that comes too early leaves the rest of the interval gray, as in libjpeg-turbo; the end of the file is an
 * error, as in Pillow.
 *
 * @throws FormatError when the file ends within the scan.
 */
export function checkExhausted(reader: EntropyReader): void {
  if (reader.position * 8 - reader.count > reader.end * 8) {
    if (reader.marker === 0) throw truncated(reader.bytes, "within the image data");
    reader.exhausted = true;
  }
}

/** Whether there may be more data for a scan that ran out: not behind a marker that is not skipped in search of a restart. */
export function mayRestart({ marker }: EntropyReader): boolean {
  return marker < MARKER.SOF0 || (marker >= MARKER.RST0 && marker <= MARKER.RST7);
}

/** Bits of the segment not used by any block. */
export function spareBits(reader: EntropyReader): number {
  return reader.end * 8 - (reader.position * 8 - reader.count);
}

/**
 * Advances to the segment after a restart marker. If there is another marker, does the same as libjpeg-turbo
 * (`jpeg_resync_to_restart` of jdmarker.c): treats a marker up to two behind as stale and searches on, one up to two ahead or
 * another kind of marker as the sign of a gap, which stays empty, and any other as the expected one.
 *
 * @throws FormatError when the file ends first.
 */
export function restart(reader: EntropyReader): void {
  const wanted = reader.expectedRestart;
  reader.expectedRestart = (wanted + 1) & 7;
  for (;;) {
    const marker = reader.marker;
    if (marker === 0) throw truncated(reader.bytes, "within the image data, where a restart marker must be");
    const isRestart = marker >= MARKER.RST0 && marker <= MARKER.RST7;
    const ahead = (marker - MARKER.RST0 - wanted) & 7;
    if (isRestart && (ahead === 0 || (ahead > 2 && ahead < 6))) {
      openSegment(reader, reader.next);
      return;
    }
    const stale = marker < MARKER.SOF0 || (isRestart && ahead >= 6);
    if (!stale) {
      resetBits(reader, 0);
      return;
    }
    const found = nextMarker(reader.bytes, reader.next);
    reader.marker = found?.code ?? 0;
    reader.next = found?.offset ?? reader.bytes.length;
  }
}
