import { type ByteSource, decodeUtf8, FormatError, quote, type ReadOptions, UnsupportedError } from "@samoyed/core";
import { readUint64, viewOf } from "../little-endian.ts";
import { readZipEnd, type ZipEnd } from "./end.ts";
import { checkNames } from "./names.ts";

const ENTRY_SIGNATURE = 0x02014b50;
const ENTRY_BYTES = 46;
const LOCAL_BYTES = 30;
/** A checkpoint has one entry per storage; a million is more than any has, and takes 300 MB to list. */
const MAX_ENTRIES = 1_000_000;
/** About 100 bytes per entry. */
const MAX_DIRECTORY_BYTES = 128 * 2 ** 20;
/** Largest ratio of deflate (RFC 1951: 258 bytes for 2 bits), and some slack for short entries. */
const MAX_DEFLATE_RATIO = 1032;
const DEFLATE_SLACK_BYTES = 1024;
/**
 * Trained weights hardly shrink, zeros do; an archive that inflates to more than this many times its size, and to more
 * than the bytes below, is treated as a deflate bomb.
 */
const MAX_INFLATION = 100;
const HARMLESS_INFLATED_BYTES = 256 * 2 ** 20;
const ENCRYPTED = 0x2041;

/** One file of an archive, as described by the central directory. */
export interface ZipEntry {
  readonly name: string;
  readonly method: "stored" | "deflated";
  readonly crc32: number;
  /** Size in the archive and after inflating, in bytes. */
  readonly compressedBytes: number;
  readonly byteLength: number;
  readonly headerOffset: number;
  /** Offset of the next entry, or of the directory. */
  readonly limit: number;
}

/** The files of an archive, in the archive's order. Folders are left out. */
export interface ZipArchive {
  readonly source: ByteSource;
  readonly entries: ReadonlyMap<string, ZipEntry>;
  /** False if all are zero: `torch.serialization.set_crc32_options(False)` leaves them out. */
  readonly hasChecksums: boolean;
  readonly warnings: readonly string[];
}

/**
 * Reads the directory of a zip archive. Local headers are read and compared when an entry is read.
 *
 * @throws FormatError for a directory that is damaged, contradicts itself, or contains names that would be unsafe to unpack.
 * @throws UnsupportedError for encryption, multi-part archives, and methods other than stored and deflated.
 */
export async function readZipDirectory(source: ByteSource, options: ReadOptions = {}): Promise<ZipArchive> {
  const end = await readZipEnd(source, options);
  const { label } = source;
  if (end.entryCount > MAX_ENTRIES || end.directoryBytes > MAX_DIRECTORY_BYTES) {
    throw new FormatError(
      `${label}: a zip directory of ${end.entryCount} entries and ${end.directoryBytes} bytes; at most ` +
        `${MAX_ENTRIES} and ${MAX_DIRECTORY_BYTES} are read`,
    );
  }
  const listed = parseEntries(await directoryBytes(source, end, options), end.entryCount, label);
  const inflated = listed.reduce((sum, { byteLength }) => sum + byteLength, 0);
  if (inflated > HARMLESS_INFLATED_BYTES && inflated > MAX_INFLATION * source.byteLength) {
    throw new FormatError(
      `${label}: a zip archive of ${source.byteLength} bytes inflates to ${inflated}; at most ${MAX_INFLATION} times ` +
        `its size is read`,
    );
  }
  const entries = new Map<string, ZipEntry>();
  for (const entry of checkPlaces(listed, end.directoryOffset, label)) {
    if (!entry.name.endsWith("/")) {
      entries.set(entry.name, entry);
    }
  }
  checkNames(
    listed.map(({ name }) => name),
    label,
  );
  const warnings: string[] = [];
  if (end.trailingBytes > 0) {
    warnings.push(`${label}: ${end.trailingBytes} bytes follow the end of the zip archive`);
  }
  const hasChecksums = listed.some((entry) => entry.crc32 !== 0);
  if (!hasChecksums && inflated > 0) {
    warnings.push(`${label}: the archive states no checksums, so damage to its weights cannot be detected`);
  }
  return { source, entries, hasChecksums, warnings };
}

async function directoryBytes(source: ByteSource, end: ZipEnd, options: ReadOptions): Promise<Uint8Array> {
  const { tail, directoryOffset } = end;
  if (directoryOffset >= tail.offset) {
    const start = directoryOffset - tail.offset;
    return tail.bytes.subarray(start, start + end.directoryBytes);
  }
  return source.read(directoryOffset, end.directoryBytes, options);
}

type Listed = Omit<ZipEntry, "limit">;

function parseEntries(bytes: Uint8Array, count: number, label: string): Listed[] {
  const view = viewOf(bytes);
  const entries: Listed[] = [];
  let position = 0;
  while (position < bytes.byteLength) {
    if (position + ENTRY_BYTES > bytes.byteLength || view.getUint32(position, true) !== ENTRY_SIGNATURE) {
      throw new FormatError(`${label}: entry ${entries.length} of the zip directory is damaged`);
    }
    const nameBytes = view.getUint16(position + 28, true);
    const extraBytes = view.getUint16(position + 30, true);
    const next = position + ENTRY_BYTES + nameBytes + extraBytes + view.getUint16(position + 32, true);
    if (next > bytes.byteLength) {
      throw new FormatError(`${label}: entry ${entries.length} of the zip directory runs past the directory's end`);
    }
    const nameEnd = position + ENTRY_BYTES + nameBytes;
    const name = decodeUtf8(bytes.subarray(position + ENTRY_BYTES, nameEnd));
    if (name === undefined) {
      throw new FormatError(`${label}: the name of entry ${entries.length} of the zip directory is not valid UTF-8`);
    }
    const extra = viewOf(bytes.subarray(nameEnd, nameEnd + extraBytes));
    entries.push(parseEntry(view, position, extra, `${label}: zip entry ${quote(name)}`, name));
    position = next;
  }
  if (entries.length !== count) {
    throw new FormatError(
      `${label}: the zip directory lists ${entries.length} entries; its end record states ${count}`,
    );
  }
  return entries;
}

function parseEntry(view: DataView, position: number, extra: DataView, label: string, name: string): Listed {
  if ((view.getUint16(position + 8, true) & ENCRYPTED) !== 0) {
    throw new UnsupportedError(`${label} is encrypted, which is not supported`);
  }
  const method = view.getUint16(position + 10, true);
  if (method !== 0 && method !== 8) {
    throw new UnsupportedError(`${label} is compressed with method ${method}; expected stored (0) or deflated (8)`);
  }
  const wide = wideFields(extra, label);
  const compressedBytes = wide(view.getUint32(position + 20, true), 1);
  const byteLength = wide(view.getUint32(position + 24, true), 0);
  const headerOffset = wide(view.getUint32(position + 42, true), 2);
  if (view.getUint16(position + 34, true) !== 0) {
    throw new UnsupportedError(`${label} is in another part of a multi-part archive, which is not supported`);
  }
  if (method === 0 && compressedBytes !== byteLength) {
    throw new FormatError(`${label} is stored as ${compressedBytes} bytes and states a size of ${byteLength}`);
  }
  if (byteLength > compressedBytes * MAX_DEFLATE_RATIO + DEFLATE_SLACK_BYTES) {
    throw new FormatError(
      `${label} states that ${compressedBytes} bytes inflate to ${byteLength}; deflate cannot exceed ` +
        `${MAX_DEFLATE_RATIO} to 1`,
    );
  }
  return {
    name,
    method: method === 0 ? "stored" : "deflated",
    crc32: view.getUint32(position + 16, true),
    compressedBytes,
    byteLength,
    headerOffset,
  };

  /** The zip64 field contains, in this order, those of size, compressed size and offset that did not fit. */
  function wideFields(fields: DataView, where: string): (narrow: number, index: number) => number {
    const full = [24, 20, 42].map((at) => view.getUint32(position + at, true) === 0xffffffff);
    if (!full.includes(true)) {
      return (narrow) => narrow;
    }
    const field = findExtra(fields, 1);
    return (narrow, index) => {
      if (full[index] !== true) {
        return narrow;
      }
      const at = full.slice(0, index).filter(Boolean).length * 8;
      const value = field === undefined || at + 8 > field.byteLength ? undefined : readUint64(field, at);
      if (value === undefined) {
        throw new FormatError(`${where}: the zip64 field that states its size or place is missing or damaged`);
      }
      return value;
    };
  }
}

function findExtra(extra: DataView, id: number): DataView | undefined {
  let at = 0;
  while (at + 4 <= extra.byteLength) {
    const length = extra.getUint16(at + 2, true);
    if (at + 4 + length > extra.byteLength) {
      return undefined;
    }
    if (extra.getUint16(at, true) === id) {
      return new DataView(extra.buffer, extra.byteOffset + at + 4, length);
    }
    at += 4 + length;
  }
  return undefined;
}

/** Sorts entries by offset, and checks that each ends before the next begins; local headers are checked later. */
function checkPlaces(listed: readonly Listed[], directoryOffset: number, label: string): ZipEntry[] {
  const sorted = listed.toSorted((a, b) => a.headerOffset - b.headerOffset);
  const first = sorted[0]?.headerOffset ?? 0;
  if (first !== 0) {
    throw new FormatError(`${label}: ${first} unexpected bytes before the zip archive's first entry`);
  }
  return sorted.map((entry, index) => {
    const limit = sorted[index + 1]?.headerOffset ?? directoryOffset;
    const smallest = entry.headerOffset + LOCAL_BYTES + entry.name.length + entry.compressedBytes;
    if (smallest > limit) {
      const after = sorted[index + 1]?.name;
      throw new FormatError(
        `${label}: zip entry ${quote(entry.name)} of ${entry.compressedBytes} bytes at ` +
          `${entry.headerOffset} overlaps ${after === undefined ? "the directory" : quote(after)} at ${limit}`,
      );
    }
    return { ...entry, limit };
  });
}
