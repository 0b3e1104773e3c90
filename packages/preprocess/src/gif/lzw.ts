import { FormatError } from "@samoyed/core";

/** Longest code, in bits. */
const MOST_BITS = 12;
const TABLE = 1 << MOST_BITS;

/** Where the codes are, and what they stand for. */
export interface LzwOptions {
  readonly offset: number;
  /** Bits of the smallest code. */
  readonly codeBits: number;
  /** How many indexes are wanted. */
  readonly length: number;
}

/**
 * Decodes a GIF's codes to indexes, one byte each.
 *
 * @throws FormatError when there are fewer than `length` before the end code or the file's end, or a code is not in the table
 * yet.
 * Matches Pillow 13, GifDecode.c: blocks without bytes are passed over, and what follows the last pixel is not read.
 */
export function decodeLzw(bytes: Uint8Array, { offset, codeBits, length }: LzwOptions): Uint8Array {
  if (codeBits > MOST_BITS) throw new FormatError(`GIF: codes have ${codeBits} bits; expected at most ${MOST_BITS}`);
  const nextByte = blockBytes(bytes, offset);
  const indexes = new Uint8Array(length);
  const clear = 1 << codeBits;
  const end = clear + 1;
  const last = new Uint8Array(TABLE);
  const link = new Uint16Array(TABLE);
  const counts = new Uint16Array(TABLE);
  let size = codeBits + 1;
  let next = clear + 2;
  let before = -1;
  let buffer = 0;
  let buffered = 0;
  for (let to = 0; to < length;) {
    while (buffered < size) {
      const byte = nextByte();
      if (byte === undefined) throw incomplete(to, length);
      buffer |= byte << buffered;
      buffered += 8;
    }
    const code = buffer & ((1 << size) - 1);
    buffer >>>= size;
    buffered -= size;
    if (code === end) throw incomplete(to, length);
    if (code === clear) {
      size = codeBits + 1;
      next = clear + 2;
      before = -1;
      continue;
    }
    if (before < 0 ? code > clear : code > next)
      throw new FormatError(`GIF: pixel ${to} has a code that is not defined`);
    if (before < 0) {
      indexes[to++] = code;
      before = code;
      continue;
    }
    // The code that this one defines is the one before with its own first index at the end.
    const known = code === next ? before : code;
    const count = (known < clear ? 1 : counts[known]!) + (code === next ? 1 : 0);
    let at = to + count - 1;
    let from = known;
    if (code === next) at--;
    for (; from >= clear; at--) {
      if (at < length) indexes[at] = last[from]!;
      from = link[from]!;
    }
    indexes[at] = from;
    if (code === next && to + count - 1 < length) indexes[to + count - 1] = from;
    if (next < TABLE) {
      last[next] = from;
      link[next] = before;
      counts[next] = (before < clear ? 1 : counts[before]!) + 1;
      if (next === (1 << size) - 1 && size < MOST_BITS) size++;
      next++;
    }
    before = code;
    to += count;
  }
  return indexes;
}

/** Reads the bytes in blocks; undefined at the end of the file, or of the last whole block. */
function blockBytes(bytes: Uint8Array, offset: number): () => number | undefined {
  let at = offset;
  let left = 0;
  return () => {
    while (left === 0) {
      const size = bytes[at];
      if (size === undefined || at + 1 + size > bytes.length) return undefined;
      left = size;
      at++;
    }
    left--;
    return bytes[at++];
  };
}

function incomplete(found: number, length: number): FormatError {
  return new FormatError(`GIF: the data end after ${found} of ${length} pixels`, {
    hint: "The file is truncated: fetch or copy it again.",
  });
}
