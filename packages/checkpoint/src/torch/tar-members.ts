import { type ByteSource, FormatError, quote, type ReadOptions } from "@samoyed/core";
import { sliceSource } from "../slice-source.ts";

const BLOCK_BYTES = 512;
/** PyTorch wrote three members; repacked archives may contain a few more. */
const MAX_MEMBERS = 64;
const CHECKSUM_FIELD = { start: 148, end: 156 } as const;

/** Whether a file begins with a tar header, by its checksum. */
export function isTar(head: Uint8Array): boolean {
  return head.byteLength >= BLOCK_BYTES && hasChecksum(head.subarray(0, BLOCK_BYTES));
}

/**
 * Lists the regular files of an uncompressed tar archive (POSIX ustar; extended headers are skipped).
 *
 * @throws FormatError for a missing end marker, a damaged header, a member beyond the file's end, or a duplicate name.
 */
export async function readTarMembers(source: ByteSource, options: ReadOptions): Promise<Map<string, ByteSource>> {
  const { label } = source;
  const members = new Map<string, ByteSource>();
  let position = 0;
  for (let count = 0; position + BLOCK_BYTES <= source.byteLength; count++) {
    const header = await source.read(position, BLOCK_BYTES, options);
    if (header.every((byte) => byte === 0)) {
      return members;
    }
    if (count === MAX_MEMBERS) {
      throw new FormatError(`${label}: a tar archive of more than ${MAX_MEMBERS} members; PyTorch writes 3`, {
        hint: "If a checkpoint is in it, unpack it, and give that file.",
      });
    }
    if (!hasChecksum(header)) {
      throw new FormatError(`${label}: the tar header at byte ${position} is damaged`);
    }
    const name = text(header.subarray(0, 100)).replace(/^\.\//, "");
    const byteLength = octal(header.subarray(124, 136));
    const offset = position + BLOCK_BYTES;
    if (byteLength === undefined || byteLength > source.byteLength - offset) {
      throw new FormatError(
        `${label}: tar member ${quote(name)} states ${byteLength ?? "no"} bytes; ${source.byteLength - offset} are left`,
        { hint: "The file was cut short or is damaged; fetch it again." },
      );
    }
    const type = header[156]!;
    if (type === 0 || type === 0x30) {
      if (members.has(name)) {
        throw new FormatError(`${label}: two tar members are named ${quote(name)}`);
      }
      members.set(name, sliceSource(source, { offset, byteLength, label: `${label}: ${name}` }));
    }
    position = offset + Math.ceil(byteLength / BLOCK_BYTES) * BLOCK_BYTES;
  }
  throw new FormatError(`${label}: a tar archive without an end marker`, {
    hint: "The file was cut short; fetch it again.",
  });
}

function hasChecksum(header: Uint8Array): boolean {
  const stated = octal(header.subarray(CHECKSUM_FIELD.start, CHECKSUM_FIELD.end));
  const sum = header.reduce(
    (total, byte, at) => total + (at >= CHECKSUM_FIELD.start && at < CHECKSUM_FIELD.end ? 0x20 : byte),
    0,
  );
  return stated === sum;
}

function octal(bytes: Uint8Array): number | undefined {
  const digits = text(bytes).trim();
  return /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : undefined;
}

function text(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return String.fromCharCode(...bytes.subarray(0, end < 0 ? bytes.byteLength : end));
}
