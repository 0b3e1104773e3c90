import { type ByteSource, FormatError, type ReadOptions, UnsupportedError } from "@samoyed/core";
import { readUint64, viewOf } from "../little-endian.ts";

const END_SIGNATURE = 0x06054b50;
const END_BYTES = 22;
const MAX_COMMENT_BYTES = 0xffff;
const LOCATOR_SIGNATURE = 0x07064b50;
const LOCATOR_BYTES = 20;
const END64_SIGNATURE = 0x06064b50;
const END64_BYTES = 56;
/** An end record with its comment, and the zip64 records before them. */
const TAIL_BYTES = END_BYTES + MAX_COMMENT_BYTES + LOCATOR_BYTES + END64_BYTES;

/** The location of the central directory, according to the end records. */
export interface ZipEnd {
  readonly entryCount: number;
  readonly directoryOffset: number;
  readonly directoryBytes: number;
  /** Bytes after the end record and its comment. */
  readonly trailingBytes: number;
  /** The end of the source, which contains small directories completely. */
  readonly tail: { readonly offset: number; readonly bytes: Uint8Array };
}

/**
 * Finds the end record of a zip or zip64 archive (APPNOTE 6.3.10, 4.3.14 to 4.3.16).
 *
 * @throws FormatError when there is none within the last 64 KiB, or its directory is not in the file.
 * @throws UnsupportedError for a multi-part archive.
 */
export async function readZipEnd(source: ByteSource, options: ReadOptions = {}): Promise<ZipEnd> {
  const length = Math.min(TAIL_BYTES, source.byteLength);
  const offset = source.byteLength - length;
  const bytes = await source.read(offset, length, options);
  const view = viewOf(bytes);
  let failure: FormatError | undefined;
  for (let at = length - END_BYTES; at >= 0; at--) {
    if (view.getUint32(at, true) !== END_SIGNATURE) {
      continue;
    }
    const trailingBytes = length - at - END_BYTES - view.getUint16(at + 20, true);
    if (trailingBytes < 0) {
      failure ??= new FormatError(`${source.label}: the zip's comment runs past the end of the file`);
      continue;
    }
    const end = readEnd(view, at, { offset, label: source.label });
    const problem = checkPlace(end, offset + at, source.label);
    if (problem === undefined) {
      return { ...end, trailingBytes, tail: { offset, bytes } };
    }
    failure ??= problem;
  }
  throw (
    failure ??
    new FormatError(`${source.label}: a zip archive without an end record`, {
      hint: "The file was cut short; fetch it again.",
    })
  );
}

type Directory = Pick<ZipEnd, "entryCount" | "directoryOffset" | "directoryBytes"> & {
  /** Offset of the records after the directory. */
  readonly recordsOffset: number;
};

function readEnd(view: DataView, at: number, tail: { offset: number; label: string }): Directory {
  const { label } = tail;
  const disk = view.getUint16(at + 4, true);
  const locator = at - LOCATOR_BYTES;
  const zip64 = locator >= 0 && view.getUint32(locator, true) === LOCATOR_SIGNATURE;
  if ((disk !== 0 && !(zip64 && disk === 0xffff)) || (zip64 && view.getUint32(locator + 16, true) > 1)) {
    throw new UnsupportedError(`${label}: a multi-part zip archive is not supported`);
  }
  const plain: Directory = {
    entryCount: view.getUint16(at + 10, true),
    directoryBytes: view.getUint32(at + 12, true),
    directoryOffset: view.getUint32(at + 16, true),
    recordsOffset: tail.offset + at,
  };
  if (!zip64) {
    return plain;
  }
  const stated = readUint64(view, locator + 8);
  const record = stated === undefined ? -1 : stated - tail.offset;
  if (record < 0 || record > locator - END64_BYTES || view.getUint32(record, true) !== END64_SIGNATURE) {
    throw new FormatError(`${label}: the zip64 end record is not where its locator says: at byte ${stated ?? "2^53"}`);
  }
  if (view.getUint32(record + 16, true) !== 0 || view.getUint32(record + 20, true) !== 0) {
    throw new UnsupportedError(`${label}: a multi-part zip archive is not supported`);
  }
  const wide = {
    entryCount: readUint64(view, record + 32) ?? Infinity,
    directoryBytes: readUint64(view, record + 40) ?? Infinity,
    directoryOffset: readUint64(view, record + 48) ?? Infinity,
  };
  if (
    !agree(plain.entryCount, wide.entryCount, 0xffff) ||
    !agree(plain.directoryBytes, wide.directoryBytes, 0xffffffff) ||
    !agree(plain.directoryOffset, wide.directoryOffset, 0xffffffff)
  ) {
    throw new FormatError(`${label}: the zip64 end record and the zip end record contradict each other`);
  }
  return { ...wide, recordsOffset: tail.offset + record };
}

function checkPlace(end: Directory, at: number, label: string): FormatError | undefined {
  const { directoryOffset, directoryBytes, recordsOffset } = end;
  if (directoryOffset + directoryBytes > recordsOffset) {
    const place = directoryOffset === Infinity ? "2^53 or later" : directoryOffset;
    return new FormatError(
      `${label}: the zip's directory is stated at byte ${place} with ${directoryBytes} bytes; its end ` +
        `record is at ${at}`,
      { hint: "The file was cut short or is damaged; fetch it again." },
    );
  }
  if (directoryOffset + directoryBytes < recordsOffset) {
    return new FormatError(
      `${label}: ${recordsOffset - directoryOffset - directoryBytes} unexpected bytes before the zip archive or inside its directory`,
    );
  }
  return undefined;
}

/** A field of the plain record repeats the zip64 record's, or is full and defers to it. */
function agree(narrow: number, wide: number, full: number): boolean {
  return narrow === full || narrow === wide;
}
