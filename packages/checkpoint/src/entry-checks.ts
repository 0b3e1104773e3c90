import { type ByteSource, readInto, type ReadOptions, sourceChunks } from "@samoyed/core";

/** An entry whose bytes do not match the archive's checksum. */
export interface ChecksumMismatch {
  /** The archive's label and the entry's name. */
  readonly entry: string;
  /** The CRC-32 of the bytes and the one in the archive, in hexadecimal digits. */
  readonly got: string;
  readonly expected: string;
}

/** The checksums of one archive's entries. An entry is verified when all of it has been read in order. */
export interface EntryChecks {
  /** Wraps an entry's source, so that `verify` knows whether it was read. */
  watch(source: ByteSource): ByteSource;
  /** Checks the checksum of an entry that was read completely; a mismatch adds a warning. */
  finished(entry: string, crcs: { readonly got: number; readonly expected: number }): void;
  /** Rereads, in order, entries that were read only in part or out of order. Returns every mismatch so far. */
  readonly verify: (options?: ReadOptions) => Promise<readonly ChecksumMismatch[]>;
}

/** Creates the checks of an archive's entries; they add to `warnings`. */
export function entryChecks(warnings: string[]): EntryChecks {
  const mismatches: ChecksumMismatch[] = [];
  const verified = new Set<string>();
  const begun = new Map<string, ByteSource>();
  return {
    watch(source) {
      const { byteLength, label } = source;
      return {
        byteLength,
        label,
        async read(offset, length, options) {
          begun.set(label, source);
          return source.read(offset, length, options);
        },
        async readInto(offset, target, options) {
          begun.set(label, source);
          await readInto(source, { offset, target }, options);
        },
      };
    },
    finished(entry, crcs) {
      verified.add(entry);
      if (crcs.got === crcs.expected) return;
      const mismatch = { entry, got: hex(crcs.got), expected: hex(crcs.expected) };
      mismatches.push(mismatch);
      warnings.push(describeMismatch(mismatch));
    },
    async verify(options = {}) {
      for (const [label, source] of begun) {
        if (verified.has(label)) continue;
        const whole = { offset: 0, byteLength: source.byteLength };
        for await (const _ of sourceChunks(source, whole, options));
      }
      return mismatches;
    },
  };
}

/** Describes a mismatch in one clause. */
export function describeMismatch({ entry, got, expected }: ChecksumMismatch): string {
  return `${entry}: the bytes have checksum ${got}, the archive states ${expected}`;
}

function hex(crc: number): string {
  return crc.toString(16).padStart(8, "0");
}
