import { damaged } from "../damaged.ts";
import type { BitReader } from "./bit-reader.ts";

/** Longest code. */
const MOST_BITS = 15;
/** Bits of the first table; longer codes go on in a second one. */
const ROOT_BITS = 8;

/** Order in which the lengths of the code of lengths are stored. */
const LENGTH_ORDER = [17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

/**
 * A prefix code as tables. An entry is `symbol << 4 | length`; in the first table `−(offset << 4 | bits)` leads to a second one,
 * which is indexed by so many further bits.
 */
export type PrefixCode = Int32Array;

/** Reads a symbol. */
export function readSymbol(reader: BitReader, code: PrefixCode): number {
  const bits = reader.peek(MOST_BITS);
  let entry = code[bits & ((1 << ROOT_BITS) - 1)]!;
  if (entry < 0) {
    const next = -entry;
    entry = code[(next >> 4) + ((bits >> ROOT_BITS) & ((1 << (next & 15)) - 1))]!;
  }
  reader.skip(entry & 15);
  return entry >> 4;
}

/**
 * Reads a code, in one of the two forms in which files have it.
 *
 * @throws FormatError when it is not a complete code.
 */
export function readPrefixCode(reader: BitReader, symbols: number): PrefixCode {
  const lengths = new Uint8Array(Math.max(symbols, 256));
  if (reader.take(1) === 1) {
    const two = reader.take(1) === 1;
    lengths[reader.take(reader.take(1) === 1 ? 8 : 1)] = 1;
    if (two) lengths[reader.take(8)] = 1;
  } else {
    readLengths(reader, lengths, symbols);
  }
  reader.requireData();
  return buildCode(lengths.subarray(0, symbols));
}

function readLengths(reader: BitReader, lengths: Uint8Array, symbols: number): void {
  const own = new Uint8Array(LENGTH_ORDER.length);
  const count = reader.take(4) + 4;
  for (let i = 0; i < count; i++) own[LENGTH_ORDER[i]!] = reader.take(3);
  const code = buildCode(own);
  const limited = reader.take(1) === 1;
  let left = limited ? 2 + takeWide(reader, 2 + 2 * reader.take(3)) : symbols;
  if (left > symbols) throw damaged(`a code has ${left} lengths for ${symbols} symbols`);
  let before = 8;
  for (let at = 0; at < symbols && left > 0; left--) {
    const symbol = readSymbol(reader, code);
    if (symbol < 16) {
      lengths[at++] = symbol;
      if (symbol !== 0) before = symbol;
      continue;
    }
    const repeat = symbol === 16 ? 3 + reader.take(2) : symbol === 17 ? 3 + reader.take(3) : 11 + reader.take(7);
    if (at + repeat > symbols) throw damaged("a code has more lengths than symbols");
    lengths.fill(symbol === 16 ? before : 0, at, at + repeat);
    at += repeat;
  }
}

/** Takes up to 16 bits. */
function takeWide(reader: BitReader, size: number): number {
  const low = reader.take(Math.min(size, 8));
  return size > 8 ? low | (reader.take(size - 8) << 8) : low;
}

/** Builds the tables of a code from the lengths of its symbols; a code of one symbol has no bits. */
function buildCode(lengths: Uint8Array): PrefixCode {
  const counts = new Uint16Array(MOST_BITS + 1);
  for (const length of lengths) counts[length]!++;
  counts[0] = 0;
  const used = counts.reduce((sum, count) => sum + count, 0);
  const root = 1 << ROOT_BITS;
  if (used === 0) throw damaged("a code has no symbols");
  if (used === 1) return codeOfOne(lengths.findIndex((length) => length > 0));
  const next = new Uint16Array(MOST_BITS + 2);
  let free = 1;
  for (let length = 1; length <= MOST_BITS; length++) {
    free = free * 2 - counts[length]!;
    if (free < 0) throw damaged("a code has too many symbols");
    next[length + 1] = (next[length]! + counts[length]!) << 1;
  }
  if (free > 0) throw damaged("a code is incomplete");
  // Codes are read from their highest bit on, which comes first.
  const reversed = new Uint16Array(lengths.length);
  const longest = new Uint8Array(root);
  for (const [symbol, length] of lengths.entries()) {
    if (length === 0) continue;
    reversed[symbol] = reverse(next[length]!++, length);
    if (length > ROOT_BITS) {
      const start = reversed[symbol] & (root - 1);
      longest[start] = Math.max(longest[start]!, length - ROOT_BITS);
    }
  }
  const size = longest.reduce((sum, bits) => sum + (bits > 0 ? 1 << bits : 0), root);
  const table = new Int32Array(size);
  let offset = root;
  for (const [start, bits] of longest.entries()) {
    if (bits === 0) continue;
    table[start] = -((offset << 4) | bits);
    offset += 1 << bits;
  }
  for (const [symbol, length] of lengths.entries()) {
    if (length === 0) continue;
    const entry = (symbol << 4) | length;
    const code = reversed[symbol]!;
    if (length <= ROOT_BITS) {
      for (let at = code; at < root; at += 1 << length) table[at] = entry;
    } else {
      const second = -table[code & (root - 1)]!;
      const [start, end] = [second >> 4, (second >> 4) + (1 << (second & 15))];
      for (let at = start + (code >> ROOT_BITS); at < end; at += 1 << (length - ROOT_BITS)) table[at] = entry;
    }
  }
  return table;
}

/** Codes of one symbol, which a file may have by the thousand. */
const singles = new Map<number, PrefixCode>();

function codeOfOne(symbol: number): PrefixCode {
  const known = singles.get(symbol) ?? new Int32Array(1 << ROOT_BITS).fill(symbol << 4);
  singles.set(symbol, known);
  return known;
}

function reverse(code: number, length: number): number {
  let result = 0;
  for (let bit = 0; bit < length; bit++) result |= ((code >> bit) & 1) << (length - 1 - bit);
  return result;
}
