import { BLOCK_SIZE, ZIGZAG } from "./constants.ts";
import type { EntropyReader } from "./entropy.ts";
import { extendSign, type HuffmanTable, LOOKUP_BITS, WHOLE } from "./huffman.ts";

const LOOKUP_MASK = (1 << LOOKUP_BITS) - 1;

/** The tables of a component in a scan, and the DC value from which its next block is predicted. */
export interface BlockTables {
  readonly dc: HuffmanTable;
  readonly ac: HuffmanTable;
  prediction: number;
}

/**
 * Decodes one block of a sequential scan (T.81 F.2.2) into zeroed `coefficients`, in row order, not dequantized.
 *
 * Returns the zigzag position of the last coefficient stored, 0 for a flat block: the inverse transform need not go
 * further. Positional arguments, and the reader's state in local variables: this runs once per block.
 */
export function decodeBlock(
  reader: EntropyReader,
  tables: BlockTables,
  coefficients: Int16Array,
  offset: number,
): number {
  const { data } = reader;
  const { dc, ac } = tables;
  let { position, bits, count } = reader;

  if (count < 16) {
    bits = (bits << 16) | (data[position]! << 8) | data[position + 1]!;
    position += 2;
    count += 16;
  }
  let entry = dc.lookup[(bits >>> (count - LOOKUP_BITS)) & LOOKUP_MASK]!;
  if (entry & WHOLE) {
    count -= entry & 31;
    tables.prediction += entry >> 16;
  } else {
    if (entry === 0) {
      if (count < 17) {
        bits = (bits << 16) | (data[position]! << 8) | data[position + 1]!;
        position += 2;
        count += 16;
      }
      entry = findLongCode(dc, bits, count);
    }
    count -= entry & 31;
    const size = entry >> 8;
    if (size > 0) {
      if (count < size) {
        bits = (bits << 16) | (data[position]! << 8) | data[position + 1]!;
        position += 2;
        count += 16;
      }
      count -= size;
      tables.prediction += extendSign((bits >>> count) & ((1 << size) - 1), size);
    }
  }
  coefficients[offset] = tables.prediction;

  const { lookup } = ac;
  let last = 0;
  for (let k = 1; k < BLOCK_SIZE; k++) {
    if (count < 16) {
      bits = (bits << 16) | (data[position]! << 8) | data[position + 1]!;
      position += 2;
      count += 16;
    }
    entry = lookup[(bits >>> (count - LOOKUP_BITS)) & LOOKUP_MASK]!;
    if (entry & WHOLE) {
      count -= entry & 31;
      k += (entry >> 8) & 15;
      coefficients[offset + ZIGZAG[k]!] = entry >> 16;
      last = k;
      continue;
    }
    if (entry === 0) {
      if (count < 17) {
        bits = (bits << 16) | (data[position]! << 8) | data[position + 1]!;
        position += 2;
        count += 16;
      }
      entry = findLongCode(ac, bits, count);
    }
    count -= entry & 31;
    const symbol = entry >> 8;
    const size = symbol & 15;
    if (size === 0) {
      if (symbol !== 0xf0) break;
      k += 15;
      continue;
    }
    k += symbol >> 4;
    if (count < size) {
      bits = (bits << 16) | (data[position]! << 8) | data[position + 1]!;
      position += 2;
      count += 16;
    }
    count -= size;
    coefficients[offset + ZIGZAG[k]!] = extendSign((bits >>> count) & ((1 << size) - 1), size);
    last = k;
  }

  reader.position = position;
  reader.bits = bits;
  reader.count = count;
  return last > 63 ? 63 : last;
}

/**
 * Finds a code longer than the lookup's bits, in at least 17 loaded bits, and returns an entry as in the lookup. A
 * sequence that is not a code takes 17 bits and means symbol 0, as in libjpeg-turbo's `jpeg_huff_decode`.
 */
export function findLongCode(table: HuffmanTable, bits: number, count: number): number {
  for (let length = LOOKUP_BITS + 1; length <= 16; length++) {
    const code = (bits >>> (count - length)) & ((1 << length) - 1);
    if (code <= table.largest[length]!) {
      return (table.symbols[code + table.offset[length]!]! << 8) | length;
    }
  }
  return 17;
}
