import { FormatError } from "@samoyed/core";

import type { EntropyReader } from "./entropy.ts";
import { deriveTable, type HuffmanTable } from "./huffman.ts";
import type { ScanHeader } from "./scan.ts";
import type { BlockTables } from "./sequential.ts";
import type { Tables } from "./tables.ts";

/** What a scan is decoded with, apart from its header. */
export interface ScanContext {
  readonly reader: EntropyReader;
  readonly tables: Tables;
  /** MCUs between restart markers; 0 for none. */
  readonly restartInterval: number;
  /** Each component's divisors, as they stood before its first scan. */
  readonly quantizers: (Int16Array | undefined)[];
}

/**
 * Keeps the divisors of the scan's components, at each one's first scan: later definitions do not touch them.
 *
 * @throws FormatError when a component's table is not defined.
 */
export function latchQuantizers(scan: ScanHeader, { tables, quantizers }: ScanContext): void {
  for (const { component } of scan.components) {
    quantizers[component.index] ??= tables.quantizers[component.quantizer];
    if (quantizers[component.index] === undefined) throw missingTable("quantisation", component.quantizer);
  }
}

/**
 * A Huffman table of a scan, made ready.
 *
 * @throws FormatError when it is not defined or is no prefix code.
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
