import { type ByteSource, checkRange, decodeUtf8, FormatError, quote, readInto, type ReadOptions } from "@samoyed/core";
import { checkedSource } from "./checked-source.ts";
import type { EntryChecks } from "../entry-checks.ts";
import { inflatedSource } from "./inflate.ts";
import { viewOf } from "../little-endian.ts";
import type { ZipArchive, ZipEntry } from "./directory.ts";

const LOCAL_SIGNATURE = 0x04034b50;
const LOCAL_BYTES = 30;

/** Options of `entrySource`. */
export interface EntryOptions {
  /** Checks the checksum of an entry that was read completely, in order. */
  readonly checks: EntryChecks;
}

/**
 * An entry's bytes as a source, which verifies their checksum once all have been read in order: straight from the archive
 * when stored, inflated on the way when deflated. The local header is read at the first read, and only for the lengths
 * of its name and extra field: torch leaves its sizes and checksum zero.
 *
 * Reads throw a FormatError when the local header is damaged or names another entry, or the entry overlaps the next.
 */
export function entrySource(archive: ZipArchive, entry: ZipEntry, options: EntryOptions): ByteSource {
  const label = `${archive.source.label}: ${entry.name}`;
  const stored = storedSource(archive, entry, label);
  const { hasChecksums } = archive;
  const finished = (crc: number): void => {
    if (hasChecksums) options.checks.finished(label, { got: crc, expected: entry.crc32 });
  };
  if (entry.method === "stored") {
    return hasChecksums ? options.checks.watch(checkedSource(stored, finished)) : stored;
  }
  const inflated = inflatedSource(stored, { byteLength: entry.byteLength, label, finished });
  return hasChecksums ? options.checks.watch(inflated) : inflated;
}

/**
 * Reads a small entry and verifies its checksum, which torch never does: a mismatch adds a warning.
 *
 * @throws FormatError when it is longer than `maxBytes`.
 */
export async function readEntry(
  archive: ZipArchive,
  entry: ZipEntry,
  options: ReadOptions & EntryOptions & { readonly maxBytes: number },
): Promise<Uint8Array> {
  const source = entrySource(archive, entry, options);
  if (entry.byteLength > options.maxBytes) {
    throw new FormatError(`${source.label} has ${entry.byteLength} bytes; at most ${options.maxBytes} are read`);
  }
  return source.read(0, entry.byteLength, options);
}

function storedSource(archive: ZipArchive, entry: ZipEntry, label: string): ByteSource {
  let dataOffset: number | undefined;
  return {
    byteLength: entry.compressedBytes,
    label,
    async read(offset, length, options) {
      checkRange({ byteLength: entry.compressedBytes, label }, offset, length);
      dataOffset ??= await findData(archive, entry, label, options);
      return archive.source.read(dataOffset + offset, length, options);
    },
    async readInto(offset, target, options) {
      checkRange({ byteLength: entry.compressedBytes, label }, offset, target.byteLength);
      dataOffset ??= await findData(archive, entry, label, options);
      await readInto(archive.source, { offset: dataOffset + offset, target }, options);
    },
  };
}

async function findData(
  archive: ZipArchive,
  entry: ZipEntry,
  label: string,
  options: ReadOptions | undefined,
): Promise<number> {
  const nameBytes = new TextEncoder().encode(entry.name);
  const header = await archive.source.read(entry.headerOffset, LOCAL_BYTES + nameBytes.byteLength, options);
  const view = viewOf(header);
  if (view.getUint32(0, true) !== LOCAL_SIGNATURE) {
    throw new FormatError(`${label}: there is no zip entry at byte ${entry.headerOffset}`);
  }
  const localName = header.subarray(LOCAL_BYTES, LOCAL_BYTES + view.getUint16(26, true));
  if (view.getUint16(26, true) !== nameBytes.byteLength || localName.some((byte, at) => byte !== nameBytes[at])) {
    throw new FormatError(`${label}: the entry's own header names it ${quote(decodeUtf8(localName) ?? "?")}`);
  }
  const start = entry.headerOffset + LOCAL_BYTES + nameBytes.byteLength + view.getUint16(28, true);
  if (start + entry.compressedBytes > entry.limit) {
    throw new FormatError(
      `${label}: the entry ends at byte ${start + entry.compressedBytes} and the next begins at ${entry.limit}`,
    );
  }
  return start;
}
