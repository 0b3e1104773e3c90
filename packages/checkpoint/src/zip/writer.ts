import { type Sink, UsageError } from "@samoyed/core";
import { ByteBuilder } from "../pickle/byte-builder.ts";

/** PyTorch's alignment of payloads, with an extra field of the id `FB`, for mapping them into memory. */
const ALIGNMENT = 64;
const LOCAL_BYTES = 30;
const FULL = 0xffffffff;
/** UTF-8 names; sizes and checksum in a descriptor after the payload. */
const UTF8 = 0x0800;
const DESCRIPTOR = 0x0008;
/** The first date in DOS format: the same bytes every time. */
const DATE = 0x0021;
const VERSION_NEEDED = 45;

interface Written {
  readonly name: Uint8Array;
  readonly byteLength: number;
  readonly crc: number;
  readonly offset: number;
  readonly flags: number;
}

/** Writes a zip archive, stored, entry by entry. */
export interface ZipWriter {
  /**
   * Writes an entry.
   *
   * @param copy writes exactly `byteLength` bytes to the sink and returns their CRC.
   */
  entry(name: string, byteLength: number, copy: () => Promise<number>): Promise<void>;
  /** Writes the directory and the end records. */
  finish(): Promise<void>;
}

/**
 * Creates a writer of zip archives with byte for byte the layout of PyTorch's writer (2.13, `caffe2/serialize/inline_container.cc`,
 * `getPadding`, and miniz): PyTorch may compute a storage's offset instead of looking it up. Zip64 where sizes or offsets
 * need it.
 */
export function zipWriter(sink: Sink): ZipWriter {
  const start = sink.position;
  const entries: Written[] = [];
  return {
    async entry(name, byteLength, copy) {
      const offset = sink.position - start;
      const nameBytes = new TextEncoder().encode(name);
      const flags = byteLength > 0 ? UTF8 | DESCRIPTOR : UTF8;
      await sink.write(localHeader({ nameBytes, byteLength, offset, flags }));
      const dataOffset = sink.position;
      const crc = await copy();
      if (sink.position - dataOffset !== byteLength) {
        throw new UsageError(
          `zip entry ${name}: ${sink.position - dataOffset} bytes were written; expected ${byteLength}`,
        );
      }
      if (byteLength > 0) {
        await sink.write(descriptor({ byteLength, offset, crc }));
      }
      entries.push({ name: nameBytes, byteLength, crc, offset, flags });
    },
    async finish() {
      const directoryOffset = sink.position - start;
      for (const entry of entries) {
        await sink.write(directoryEntry(entry));
      }
      const end = sink.position - start;
      await sink.write(endRecords({ count: entries.length, directoryOffset, end }));
    },
  };
}

function localHeader(entry: { nameBytes: Uint8Array; byteLength: number; offset: number; flags: number }): Uint8Array {
  const { nameBytes, byteLength, offset, flags } = entry;
  const zip64 = zip64Field(byteLength, offset);
  const start = offset + LOCAL_BYTES + nameBytes.byteLength + zip64.byteLength + 4;
  const padding = (ALIGNMENT - (start % ALIGNMENT)) % ALIGNMENT;
  return new ByteBuilder()
    .uint32(0x04034b50)
    .uint16(VERSION_NEEDED)
    .uint16(flags)
    .uint16(0)
    .uint16(0)
    .uint16(DATE)
    .uint32(0)
    .uint32(0)
    .uint32(0)
    .uint16(nameBytes.byteLength)
    .uint16(zip64.byteLength + 4 + padding)
    .append(nameBytes)
    .append(zip64)
    .text("FB")
    .uint16(padding)
    .text("Z".repeat(padding))
    .build();
}

function descriptor({ byteLength, offset, crc }: { byteLength: number; offset: number; crc: number }): Uint8Array {
  const out = new ByteBuilder().uint32(0x08074b50).uint32(crc);
  return byteLength >= FULL || offset >= FULL
    ? out.uint64(byteLength).uint64(byteLength).build()
    : out.uint32(byteLength).uint32(byteLength).build();
}

function directoryEntry({ name, byteLength, crc, offset, flags }: Written): Uint8Array {
  const zip64 = zip64Field(byteLength, offset);
  return new ByteBuilder()
    .uint32(0x02014b50)
    .uint16(VERSION_NEEDED)
    .uint16(VERSION_NEEDED)
    .uint16(flags)
    .uint16(0)
    .uint16(0)
    .uint16(DATE)
    .uint32(crc)
    .uint32(Math.min(byteLength, FULL))
    .uint32(Math.min(byteLength, FULL))
    .uint16(name.byteLength)
    .uint16(zip64.byteLength)
    .uint16(0)
    .uint16(0)
    .uint16(0)
    .uint32(0)
    .uint32(Math.min(offset, FULL))
    .append(name)
    .append(zip64)
    .build();
}

/** Contains the sizes and the offset that do not fit in 32 bits, in this order; empty when all do. */
function zip64Field(byteLength: number, offset: number): Uint8Array {
  const fields = new ByteBuilder();
  if (byteLength >= FULL) {
    fields.uint64(byteLength).uint64(byteLength);
  }
  if (offset >= FULL) {
    fields.uint64(offset);
  }
  return fields.length === 0
    ? new Uint8Array(0)
    : new ByteBuilder().uint16(1).uint16(fields.length).append(fields.build()).build();
}

/** The zip64 end record, its locator, and the end record: PyTorch writes all three, however small the file. */
function endRecords(place: { count: number; directoryOffset: number; end: number }): Uint8Array {
  const { count, directoryOffset, end } = place;
  return new ByteBuilder()
    .uint32(0x06064b50)
    .uint64(44)
    .uint16(VERSION_NEEDED)
    .uint16(VERSION_NEEDED)
    .uint32(0)
    .uint32(0)
    .uint64(count)
    .uint64(count)
    .uint64(end - directoryOffset)
    .uint64(directoryOffset)
    .uint32(0x07064b50)
    .uint32(0)
    .uint64(end)
    .uint32(1)
    .uint32(0x06054b50)
    .uint16(0)
    .uint16(0)
    .uint16(Math.min(count, 0xffff))
    .uint16(Math.min(count, 0xffff))
    .uint32(Math.min(end - directoryOffset, FULL))
    .uint32(Math.min(directoryOffset, FULL))
    .uint16(0)
    .build();
}
