import { FormatError } from "@samoyed/core";

import { BLOCK_SIZE, ZIGZAG } from "./constants.ts";
import type { HuffmanSpec } from "./huffman.ts";
import { badLength } from "./markers.ts";
import type { Marker } from "./next-marker.ts";

/** The tables defined so far, by their number 0–3; a later definition replaces an earlier one. */
export interface Tables {
  /** Divisors in row order, as 16-bit integers. */
  readonly quantizers: (Int16Array | undefined)[];
  readonly dc: (HuffmanSpec | undefined)[];
  readonly ac: (HuffmanSpec | undefined)[];
}

/** Creates an empty set of tables. */
export function createTables(): Tables {
  return { quantizers: [], dc: [], ac: [] };
}

/**
 * Reads a segment of quantization tables (T.81 B.2.4.1), of 8 or 16 bits per entry.
 *
 * @throws FormatError when a table is cut short or has a number above 3.
 */
export function defineQuantizers(tables: Tables, marker: Marker, segment: Uint8Array): void {
  for (let at = 0; at < segment.length;) {
    const wide = segment[at]! >> 4 !== 0;
    const slot = segment[at]! & 15;
    at++;
    if (slot > 3) throw badSlot(marker, "quantization", slot);
    if (at + BLOCK_SIZE * (wide ? 2 : 1) > segment.length) throw badLength(marker, segment.length + 2);
    // libjpeg-turbo multiplies by 16-bit signed integers, so 32,768 and more become negative there too.
    const table = new Int16Array(BLOCK_SIZE);
    for (let i = 0; i < BLOCK_SIZE; i++) {
      table[ZIGZAG[i]!] = wide ? (segment[at]! << 8) | segment[at + 1]! : segment[at]!;
      at += wide ? 2 : 1;
    }
    tables.quantizers[slot] = table;
  }
}

/**
 * Reads a segment of Huffman tables (T.81 B.2.4.2).
 *
 * @throws FormatError when a table is cut short or has a number above 3.
 */
export function defineHuffman(tables: Tables, marker: Marker, segment: Uint8Array): void {
  let at = 0;
  while (segment.length - at > 16) {
    const kind = segment[at]! & 0x10 ? tables.ac : tables.dc;
    const slot = segment[at]! & ~0x10;
    const counts = new Uint8Array(17);
    counts.set(segment.subarray(at + 1, at + 17), 1);
    const total = counts.reduce((sum, count) => sum + count, 0);
    at += 17;
    if (total > 256 || at + total > segment.length) {
      throw new FormatError(`JPEG: Huffman table at byte ${marker.offset + 2 + at - 17} claims ${total} codes`);
    }
    if (slot > 3) throw badSlot(marker, "Huffman", slot);
    kind[slot] = { counts, symbols: segment.slice(at, at + total) };
    at += total;
  }
  if (at !== segment.length) throw badLength(marker, segment.length + 2);
}

function badSlot(marker: Marker, what: string, slot: number): FormatError {
  return new FormatError(`JPEG: segment at byte ${marker.offset - 2} defines ${what} table ${slot}; expected 0 to 3`);
}
