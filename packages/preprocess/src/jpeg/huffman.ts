import { FormatError } from "@samoyed/core";

/** A Huffman table as stored in the file: the number of codes of each length 1–16, and the symbols in code order. */
export interface HuffmanSpec {
  readonly counts: Uint8Array;
  readonly symbols: Uint8Array;
}

/** A Huffman table prepared for decoding. */
export interface HuffmanTable {
  /** The code at the start of the next `LOOKUP_BITS` bits: length in bits 0–4, symbol in 8–15. Zero: a longer code. */
  readonly codes: Uint16Array;
  /**
   * The same, but if the coefficient's magnitude also fits, an entry with `WHOLE` set: bits to drop in 0–4, run of
   * zeros in 8–11, value in 16–31.
   */
  readonly lookup: Int32Array;
  /** Largest code of each length, −1 if there is none; index 17 stops every search. */
  readonly largest: Int32Array;
  /** Offset to add to a code of each length to get its symbol's index. */
  readonly offset: Int32Array;
  readonly symbols: Uint8Array;
}

/** Bits that one lookup resolves: 4 KiB per table, so that a scan's four tables stay in the first-level cache. */
export const LOOKUP_BITS = 10;

/** Marks a lookup entry that contains a whole coefficient, including magnitude bits. */
export const WHOLE = 0x80;

/**
 * Derives decoding tables.
 *
 * @param kind `dc` tables contain only sizes 0–15.
 * @throws FormatError when the counts are not a prefix code (T.81 annex C; the all-ones code is not allowed), as in
 * libjpeg-turbo's `jpeg_make_d_derived_tbl`.
 */
export function deriveTable(spec: HuffmanSpec, kind: "dc" | "ac"): HuffmanTable {
  const { counts, symbols } = spec;
  const codes = new Uint16Array(1 << LOOKUP_BITS);
  const lookup = new Int32Array(1 << LOOKUP_BITS);
  const largest = new Int32Array(18).fill(-1);
  const offset = new Int32Array(18);
  let code = 0;
  let index = 0;
  for (let length = 1; length <= 16; length++) {
    offset[length] = index - code;
    for (let i = 0; i < counts[length]!; i++, index++, code++) {
      const symbol = symbols[index]!;
      if (kind === "dc" && symbol > 15) {
        throw new FormatError(`JPEG: DC Huffman table has symbol ${symbol}; expected 0 to 15`);
      }
      if (length <= LOOKUP_BITS && code < 1 << length) fillLookup({ codes, lookup }, { code, length, symbol });
    }
    if (counts[length]! > 0) largest[length] = code - 1;
    // Lengths after the last code are ignored, as in libjpeg.
    if ((counts[length]! > 0 || index < symbols.length) && code >= 1 << length) {
      throw new FormatError(`JPEG: Huffman table has more codes of up to ${length} bits than a prefix code can`);
    }
    code <<= 1;
  }
  largest[17] = 0xfffff;
  return { codes, lookup, largest, offset, symbols };
}

function fillLookup(
  { codes, lookup }: { codes: Uint16Array; lookup: Int32Array },
  { code, length, symbol }: { code: number; length: number; symbol: number },
): void {
  const spare = LOOKUP_BITS - length;
  const first = code << spare;
  const size = symbol & 15;
  codes.fill((symbol << 8) | length, first, first + (1 << spare));
  for (let rest = 0; rest < 1 << spare; rest++) {
    // An end of block or a run of 16 zeros has no magnitude: it stays a plain symbol.
    const whole = size > 0 && size <= spare;
    lookup[first + rest] = whole
      ? (extendSign(rest >> (spare - size), size) << 16) | ((symbol >> 4) << 8) | WHOLE | (length + size)
      : (symbol << 8) | length;
  }
}

/** A magnitude's value: T.81 figure F.12. */
export function extendSign(bits: number, size: number): number {
  return bits < 1 << (size - 1) ? bits - (1 << size) + 1 : bits;
}
