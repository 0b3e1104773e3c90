import { FormatError } from "@samoyed/core";

import { BLOCK_SIDE, BLOCK_SIZE } from "./constants.ts";
import type { Frame } from "./frame.ts";
import { inverseDct } from "./idct.ts";
import { checkProgressiveScan, progressiveDecoder } from "./progressive.ts";
import type { BlockRange } from "./region.ts";
import { huffmanTable, type ScanContext, sequentialTables } from "./scan-context.ts";
import { type BlockDecoder, type ScanHeader, walkScan } from "./scan.ts";
import { decodeBlock } from "./sequential.ts";
import { createPlane } from "./single-scan.ts";
import { createKnownBits, type KnownBits, needsSmoothing, noteEnd, noteScan, smoothedBlock } from "./smooth.ts";
import type { Plane } from "./upsample.ts";

/** All coefficients of an image with several scans. */
export interface CoefficientStore {
  readonly frame: Frame;
  /** Per component, its blocks in rows of `blockStride`. */
  readonly coefficients: readonly Int16Array[];
  readonly known: readonly KnownBits[];
  scans: number;
  lastGoodRow: number;
}

/**
 * The most scans that a file may have: libjpeg-turbo's own fuzzers stop at 500. A scan of a few bytes can make the
 * decoder visit every block, and no encoder writes more than a few dozen.
 */
export const MAX_SCANS = 500;

/** Allocates the coefficients of an image. */
export function createCoefficientStore(frame: Frame): CoefficientStore {
  return {
    frame,
    coefficients: frame.components.map(
      ({ blockStride, blockRows }) => new Int16Array(blockStride * blockRows * BLOCK_SIZE),
    ),
    known: frame.components.map(createKnownBits),
    scans: 0,
    lastGoodRow: 0,
  };
}

/**
 * Decodes one scan into the store.
 *
 * @throws FormatError when the scan's parameters are not allowed, a table is missing, or the file ends.
 */
export function decodeScan(store: CoefficientStore, scan: ScanHeader, context: ScanContext): void {
  const { reader, restartInterval } = context;
  store.scans++;
  if (store.scans > MAX_SCANS) throw new FormatError(`JPEG: the image has more than ${MAX_SCANS} scans`);
  const decoder = store.frame.progressive
    ? progressiveScan(store, scan, context)
    : sequentialScan(store, scan, context);
  store.lastGoodRow = walkScan(store.frame, scan, { reader, restartInterval, decoder });
}

function progressiveScan(store: CoefficientStore, scan: ScanHeader, context: ScanContext): BlockDecoder {
  checkProgressiveScan(scan);
  for (const { component } of scan.components) {
    noteScan(store.known[component.index]!, scan, { first: store.scans === 1 });
  }
  // Refining DC values reads raw bits.
  const coded = scan.start > 0 || scan.high === 0;
  return progressiveDecoder(scan, {
    reader: context.reader,
    coefficients: scan.components.map(({ component }) => store.coefficients[component.index]!),
    tables: !coded
      ? []
      : scan.components.map(({ dcTable, acTable }) =>
          scan.start === 0 ? huffmanTable("dc", dcTable, context) : huffmanTable("ac", acTable, context),
        ),
  });
}

function sequentialScan(store: CoefficientStore, scan: ScanHeader, context: ScanContext): BlockDecoder {
  const { reader } = context;
  const parts = sequentialTables(scan, context).map((tables, part) => {
    const { index, blockStride } = scan.components[part]!.component;
    return { tables, blockStride, coefficients: store.coefficients[index]! };
  });
  return {
    decode: (part, row, column) => {
      const { tables, coefficients, blockStride } = parts[part]!;
      decodeBlock(reader, tables, coefficients, (row * blockStride + column) * BLOCK_SIZE);
    },
    skip: () => {},
    reset: () => {
      for (const { tables } of parts) tables.prediction = 0;
    },
  };
}

/**
 * Transforms the stored coefficients into samples, with libjpeg-turbo's smoothing where a progressive image is
 * incomplete. A component without any scan stays gray, and blocks outside of `ranges` stay black.
 */
export function transformStore(
  store: CoefficientStore,
  { quantizers, ranges }: { quantizers: readonly (Int16Array | undefined)[]; ranges: readonly BlockRange[] },
): readonly Plane[] {
  const { frame, known, lastGoodRow } = store;
  for (const bits of known) noteEnd(bits, store);
  const smooth = frame.progressive && needsSmoothing(known, quantizers);
  const block = new Int16Array(BLOCK_SIZE);
  return frame.components.map((component) => {
    const { index, blocksAcross, blocksDown, blockStride } = component;
    const plane = createPlane(component);
    const coefficients = store.coefficients[index]!;
    const quantizer = quantizers[index] ?? new Int16Array(BLOCK_SIZE);
    const source = { component, mcusDown: frame.mcusDown, coefficients, quantizer, known: known[index]!, lastGoodRow };
    const { x0, y0, x1, y1 } = ranges[index]!;
    for (let row = y0; row <= Math.min(y1, blocksDown - 1); row++) {
      for (let column = x0; column <= Math.min(x1, blocksAcross - 1); column++) {
        const at = (row * plane.stride + column) * BLOCK_SIDE;
        if (smooth) {
          smoothedBlock(source, row, column, block);
          inverseDct(block, 0, quantizer, 63, plane.clamped, at, plane.stride);
        } else {
          const offset = (row * blockStride + column) * BLOCK_SIZE;
          inverseDct(coefficients, offset, quantizer, 63, plane.clamped, at, plane.stride);
        }
      }
    }
    return plane;
  });
}
