import { FormatError } from "@samoyed/core";

import type { EntropyReader } from "./entropy.ts";
import { deriveTable, type HuffmanTable } from "./huffman.ts";
import type { ScanHeader } from "./scan.ts";
import type { BlockTables } from "./sequential.ts";
import type { Tables } from "./tables.ts";

/** The state needed to decode a scan, apart from its header. */
export interface ScanContext {
  readonly reader: EntropyReader;
  readonly tables: Tables;
  /** MCUs between restart markers; 0 for none. */
  readonly restartInterval: number;
  /** Each component's divisors, as they were before its first scan. */
  readonly quantizers: (Int16Array | undefined)[];
}

/**
 * Keeps the divisors of the scan's components at each one's first scan: later definitions do not affect them.
 *
 * @throws FormatError when a component's table is not defined.
 */
export function latchQuantizers(scan: ScanHeader, { tables, quantizers }: ScanContext): void {
  for (const { component } of scan.components) {
    quantizers[component.index] ??= tables.quantizers[component.quantizer];
    if (quantizers[component.index] === undefined) throw missingTable("quantization", component.quantizer);
  }
}

/**
 * Prepares a Huffman table of a scan.
 *
 * @throws FormatError when it is not defined or is not a prefix code.
 */
export function huffmanTable(kind: "dc" | "ac", slot: number, { tables }: ScanContext): HuffmanTable {
  const spec = tables[kind][slot];
  if (spec === undefined) throw missingTable(`${kind.toUpperCase()} Huffman`, slot);
  return deriveTable(spec, kind);
}

/** The tables of each part of a sequential scan. */
export function sequentialTables(scan: ScanHeader, context: ScanContext): readonly BlockTables[] {
  return scan.components.map(({ dcTable, acTable }) => ({
    dc: huffmanTable("dc", dcTable, context),
    ac: huffmanTable("ac", acTable, context),
    prediction: 0,
  }));
}

function missingTable(kind: string, slot: number): FormatError {
  return new FormatError(`JPEG: a scan uses ${kind} table ${slot}, which the file does not define`);
}
