import { FormatError } from "@samoyed/core";

import { BLOCK_SIZE, ZIGZAG } from "./constants.ts";
import { noteNonzero } from "./nonzero.ts";
import type { EntropyReader } from "./entropy.ts";
import { extendSign, type HuffmanTable, LOOKUP_BITS } from "./huffman.ts";
import type { BlockDecoder, ScanHeader } from "./scan.ts";
import { findLongCode } from "./sequential.ts";

/** The destination of a progressive scan's coefficients, and their coding. */
export interface ProgressiveTarget {
  readonly reader: EntropyReader;
  /** Per part of the scan: all of the component's coefficients. */
  readonly coefficients: readonly Int16Array[];
  /** Per part of the scan: the coefficients that are not zero, 64 bits a block (`noteNonzero`). */
  readonly nonzero: readonly Int32Array[];
  /** Per part of the scan: the table of a first DC scan, or of an AC scan. */
  readonly tables: readonly HuffmanTable[];
}

/**
 * Checks a progressive scan's parameters (T.81 G.1.1.1).
 *
 * @throws FormatError when libjpeg-turbo's `start_pass_phuff_decoder` fails.
 */
export function checkProgressiveScan(scan: ScanHeader): void {
  const { start, end, high, low, components } = scan;
  const band = start === 0 ? end === 0 : start <= end && end < 64 && components.length === 1;
  if (!band || (high !== 0 && low !== high - 1) || low > 13) {
    throw new FormatError(
      `JPEG: progressive scan has coefficients ${start} to ${end}, bits ${high} to ${low}, ${components.length} components`,
    );
  }
}

/** The decoder for a progressive scan's blocks (T.81 G.1.2, G.2; libjpeg-turbo 3, jdphuff.c). */
export function progressiveDecoder(scan: ScanHeader, target: ProgressiveTarget): BlockDecoder {
  if (scan.start === 0) return scan.high === 0 ? firstDc(scan, target) : refineDc(scan, target);
  return scan.high === 0 ? firstAc(scan, target) : refineAc(scan, target);
}

function firstDc({ low, components }: ScanHeader, { reader, coefficients, tables }: ProgressiveTarget): BlockDecoder {
  const predictions = new Int32Array(components.length);
  return {
    decode: (part, row, column) => {
      const size = readSymbol(reader, tables[part]!);
      if (size > 0) predictions[part]! += extendSign(readBits(reader, size), size);
      const { blockStride } = components[part]!.component;
      coefficients[part]![(row * blockStride + column) * BLOCK_SIZE] = predictions[part]! << low;
    },
    skip: undefined,
    reset: () => predictions.fill(0),
  };
}

function refineDc({ low, components }: ScanHeader, { reader, coefficients }: ProgressiveTarget): BlockDecoder {
  return {
    decode: (part, row, column) => {
      const { blockStride } = components[part]!.component;
      if (readBits(reader, 1) === 1) coefficients[part]![(row * blockStride + column) * BLOCK_SIZE]! |= 1 << low;
    },
    skip: undefined,
    reset: () => {},
  };
}

function firstAc(scan: ScanHeader, { reader, coefficients, nonzero, tables }: ProgressiveTarget): BlockDecoder {
  const { start, end, low } = scan;
  const { blockStride } = scan.components[0]!.component;
  const into = coefficients[0]!;
  const masks = nonzero[0]!;
  const table = tables[0]!;
  /** Number of upcoming blocks whose band is all zeros. */
  let endOfBandRun = 0;
  return {
    decode: (_part, row, column) => {
      if (endOfBandRun > 0) {
        endOfBandRun--;
        return;
      }
      const block = row * blockStride + column;
      const offset = block * BLOCK_SIZE;
      for (let k = start; k <= end; k++) {
        const symbol = readSymbol(reader, table);
        const run = symbol >> 4;
        const size = symbol & 15;
        if (size > 0) {
          k += run;
          into[offset + ZIGZAG[k]!] = extendSign(readBits(reader, size), size) << low;
          noteNonzero(masks, block, k);
        } else if (run === 15) {
          k += 15;
        } else {
          endOfBandRun = (1 << run) - 1 + (run > 0 ? readBits(reader, run) : 0);
          break;
        }
      }
    },
    skip: undefined,
    reset: () => {
      endOfBandRun = 0;
    },
  };
}

function refineAc(scan: ScanHeader, { reader, coefficients, nonzero, tables }: ProgressiveTarget): BlockDecoder {
  const { start, end, low } = scan;
  const { blockStride } = scan.components[0]!.component;
  const into = coefficients[0]!;
  const masks = nonzero[0]!;
  const table = tables[0]!;
  const plus = 1 << low;
  const minus = -1 << low;
  let endOfBandRun = 0;

  /** Reads another bit of a nonzero coefficient. */
  const refine = (at: number): void => {
    const value = into[at]!;
    if (readBits(reader, 1) === 1 && (value & plus) === 0) into[at] = value + (value >= 0 ? plus : minus);
  };

  return {
    decode: (_part, row, column) => {
      const block = row * blockStride + column;
      const offset = block * BLOCK_SIZE;
      let k = start;
      if (endOfBandRun === 0) {
        for (; k <= end; k++) {
          const symbol = readSymbol(reader, table);
          let run = symbol >> 4;
          let value = 0;
          if ((symbol & 15) !== 0) {
            value = readBits(reader, 1) === 1 ? plus : minus;
          } else if (run < 15) {
            endOfBandRun = (1 << run) + (run > 0 ? readBits(reader, run) : 0);
            break;
          }
          // Skip `run` zeros, refining nonzero coefficients on the way, to the zero that takes the new value.
          for (; k <= end; k++) {
            const at = offset + ZIGZAG[k]!;
            if (into[at] !== 0) refine(at);
            else if (--run < 0) break;
          }
          if (value !== 0) {
            into[offset + ZIGZAG[k]!] = value;
            noteNonzero(masks, block, k);
          }
        }
      }
      if (endOfBandRun > 0) {
        for (let word = k >> 5; word <= end >> 5; word++) {
          const from = word === k >> 5 ? k & 31 : 0;
          const to = word === end >> 5 ? end & 31 : 31;
          // Only those that are not zero: a scan of a few bytes can send a decoder through every block.
          let rest = masks[2 * block + word]! & (-1 << from) & (-1 >>> (31 - to));
          for (; rest !== 0; rest &= rest - 1) {
            const at = offset + ZIGZAG[word * 32 + 31 - Math.clz32(rest & -rest)]!;
            if (into[at] !== 0) refine(at);
          }
        }
        endOfBandRun--;
      }
    },
    skip: undefined,
    reset: () => {
      endOfBandRun = 0;
    },
  };
}

function loadBits(reader: EntropyReader): void {
  const { data, position } = reader;
  reader.bits = (reader.bits << 16) | (data[position]! << 8) | data[position + 1]!;
  reader.position = position + 2;
  reader.count += 16;
}

/** The next `size` bits, 1 to 16 of them, first bit highest. */
function readBits(reader: EntropyReader, size: number): number {
  if (reader.count < size) loadBits(reader);
  reader.count -= size;
  return (reader.bits >>> reader.count) & ((1 << size) - 1);
}

function readSymbol(reader: EntropyReader, table: HuffmanTable): number {
  if (reader.count < 17) loadBits(reader);
  const { bits, count } = reader;
  let entry = table.codes[(bits >>> (count - LOOKUP_BITS)) & ((1 << LOOKUP_BITS) - 1)]!;
  if (entry === 0) entry = findLongCode(table, bits, count);
  reader.count = count - (entry & 31);
  return entry >> 8;
}
