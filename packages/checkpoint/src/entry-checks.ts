import { type ByteSource, readInto, type ReadOptions, sourceChunks } from "@samoyed/core";

/** An entry whose bytes are not those that the archive's checksum was computed from. */
export interface ChecksumMismatch {
  /** The archive and the entry in it. */
  readonly entry: string;
  /** The CRC-32 of the bytes, and the one that the archive states, in hexadecimal digits. */
  readonly got: string;
  readonly expected: string;
}

/** The checksums of one archive's entries. An entry is verified when all of it was read in order. */
export interface EntryChecks {
  /** Watches an entry's source, so that `verify` knows whether anything was read of it. */
  watch(source: ByteSource): ByteSource;
  /** Compares the checksum of an entry that was read whole; a mismatch warns. */
  finished(entry: string, crcs: { readonly got: number; readonly expected: number }): void;
  /** Reads again, in order, what was read only in part or out of order; every mismatch so far. */
  readonly verify: (options?: ReadOptions) => Promise<readonly ChecksumMismatch[]>;
}

/** The checks of an archive's entries, which add to its warnings. */
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

/** A mismatch as a sentence. */
export function describeMismatch({ entry, got, expected }: ChecksumMismatch): string {
  return `${entry}: the bytes have checksum ${got}, the archive states ${expected}`;
}

function hex(crc: number): string {
  return crc.toString(16).padStart(8, "0");
}
