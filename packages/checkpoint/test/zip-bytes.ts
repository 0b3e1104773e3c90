import { crc32, deflateRawSync } from "node:zlib";
import { bytes, uint16, uint32, uint64 } from "./pickles.ts";

/** One entry of an archive to build; any field may be wrong. */
export interface EntrySpec {
  readonly name: string | Uint8Array;
  readonly data?: Uint8Array | string;
  readonly deflated?: boolean;
  /** In the central directory. */
  readonly method?: number;
  readonly flags?: number;
  readonly crc?: number;
  readonly compressedBytes?: number;
  readonly byteLength?: number;
  readonly offset?: number;
  readonly extra?: Uint8Array;
  readonly disk?: number;
  /** In the local header. */
  readonly localName?: string;
  readonly localExtra?: Uint8Array;
  readonly localSignature?: number;
}

/** The archive's end, and the bytes around it. */
export interface ZipSpec {
  readonly before?: Uint8Array;
  readonly after?: Uint8Array;
  readonly comment?: string;
  readonly entryCount?: number;
  readonly directoryBytes?: number;
  readonly directoryOffset?: number;
  readonly disk?: number;
  /** Adds a zip64 end record and its locator; any field may be wrong. */
  readonly zip64?: {
    readonly entryCount?: number;
    readonly directoryBytes?: number;
    readonly directoryOffset?: number | bigint;
    readonly locatorOffset?: number | bigint;
    readonly disk?: number;
    readonly disks?: number;
  };
}

/** Builds a zip archive by hand. */
export function zipBytes(entries: readonly EntrySpec[], spec: ZipSpec = {}): Uint8Array {
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let position = 0;
  const put = (...pieces: readonly Uint8Array[]): void => {
    for (const piece of pieces) {
      parts.push(piece);
      position += piece.byteLength;
    }
  };
  for (const entry of entries) {
    const data = typeof entry.data === "string" ? bytes(entry.data) : (entry.data ?? bytes());
    const payload = entry.deflated === true ? new Uint8Array(deflateRawSync(data)) : data;
    const name = bytes(entry.name);
    const localName = entry.localName === undefined ? name : bytes(entry.localName);
    const extra = entry.extra ?? bytes();
    const localExtra = entry.localExtra ?? bytes();
    const method = uint16(entry.method ?? (entry.deflated === true ? 8 : 0));
    const flags = uint16(entry.flags ?? 0x800);
    const crc = uint32(entry.crc ?? crc32(data));
    const sizes = bytes(
      uint32(entry.compressedBytes ?? payload.byteLength),
      uint32(entry.byteLength ?? data.byteLength),
    );
    directory.push(
      bytes(
        uint32(0x02014b50),
        uint16(20),
        uint16(20),
        flags,
        method,
        uint32(0),
        crc,
        sizes,
        uint16(name.byteLength),
        uint16(extra.byteLength),
        uint16(0),
        uint16(entry.disk ?? 0),
        uint16(0),
        uint32(0),
        uint32(entry.offset ?? position),
        name,
        extra,
      ),
    );
    put(
      bytes(
        uint32(entry.localSignature ?? 0x04034b50),
        uint16(20),
        flags,
        method,
        uint32(0),
        crc,
        sizes,
        uint16(localName.byteLength),
        uint16(localExtra.byteLength),
        localName,
        localExtra,
      ),
      payload,
    );
  }
  const directoryOffset = position;
  put(...directory);
  const directoryBytes = position - directoryOffset;
  const end64 = position;
  if (spec.zip64 !== undefined) {
    const wide = spec.zip64;
    const count = uint64(wide.entryCount ?? entries.length);
    put(
      bytes(
        uint32(0x06064b50),
        uint64(44),
        uint16(45),
        uint16(45),
        uint32(wide.disk ?? 0),
        uint32(0),
        count,
        count,
        uint64(wide.directoryBytes ?? directoryBytes),
        uint64(wide.directoryOffset ?? directoryOffset),
        uint32(0x07064b50),
        uint32(0),
        uint64(wide.locatorOffset ?? end64),
        uint32(wide.disks ?? 1),
      ),
    );
  }
  const count = uint16(spec.entryCount ?? entries.length);
  const comment = bytes(spec.comment ?? "");
  put(
    bytes(
      uint32(0x06054b50),
      uint16(spec.disk ?? 0),
      uint16(0),
      count,
      count,
      uint32(spec.directoryBytes ?? directoryBytes),
      uint32(spec.directoryOffset ?? directoryOffset),
      uint16(comment.byteLength),
      comment,
    ),
  );
  return bytes(spec.before ?? bytes(), ...parts, spec.after ?? bytes());
}
