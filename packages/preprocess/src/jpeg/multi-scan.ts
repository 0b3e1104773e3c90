import { UnsupportedError } from "@samoyed/core";

import { BLOCK_SIDE, BLOCK_SIZE } from "./constants.ts";
import type { Frame } from "./frame.ts";
import { inverseDct } from "./idct.ts";
import { lastNonzero, noteNonzero } from "./nonzero.ts";
import { checkProgressiveScan, progressiveDecoder } from "./progressive.ts";
import type { BlockRange } from "./region.ts";
import { huffmanTable, type ScanContext, sequentialTables } from "./scan-context.ts";
import { type BlockDecoder, type ScanHeader, walkScan } from "./scan.ts";
import { decodeBlock } from "./sequential.ts";
import { createPlane } from "./single-scan.ts";
import { createKnownBits, type KnownBits, needsSmoothing, noteEnd, noteScan } from "./smooth.ts";
import { createSmoother } from "./smoother.ts";
import type { Plane } from "./upsample.ts";

/** All coefficients of an image with several scans. */
export interface CoefficientStore {
  readonly frame: Frame;
  /** Per component, its blocks in rows of `blockStride`. */
  readonly coefficients: readonly Int16Array[];
  /** Per component: the coefficients that are not zero, 64 bits a block (`noteNonzero`). */
  readonly nonzero: readonly Int32Array[];
  readonly known: readonly KnownBits[];
  scans: number;
  /** Blocks that the scans so far visit. */
  visits: number;
  lastGoodRow: number;
}

/**
 * Most blocks that all scans together may visit. A scan of a few bytes can make a decoder visit every block, so a file of
 * 100 KB could keep it busy for minutes. 178 megapixels, which is the largest image, have 8.4 million blocks in three
 * components of full size: 64 scans of it are allowed, and encoders write about ten.
 */
export const MAX_BLOCK_VISITS: number = 2 ** 29;

/** Allocates the coefficients of an image. */
export function createCoefficientStore(frame: Frame): CoefficientStore {
  return {
    frame,
    coefficients: frame.components.map(
      ({ blockStride, blockRows }) => new Int16Array(blockStride * blockRows * BLOCK_SIZE),
    ),
    nonzero: frame.components.map(({ blockStride, blockRows }) => new Int32Array(2 * blockStride * blockRows)),
    known: frame.components.map(createKnownBits),
    scans: 0,
    visits: 0,
    lastGoodRow: 0,
  };
}

/**
 * Decodes one scan into the store.
 *
 * @throws FormatError when the scan's parameters are not allowed, a table is missing, or the file ends.
 * @throws UnsupportedError when the scans visit more than `MAX_BLOCK_VISITS` blocks.
 */
export function decodeScan(store: CoefficientStore, scan: ScanHeader, context: ScanContext): void {
  const { reader, restartInterval } = context;
  store.scans++;
  store.visits += scan.components.reduce((sum, { component }) => sum + component.blockStride * component.blockRows, 0);
  if (store.visits > MAX_BLOCK_VISITS) {
    throw new UnsupportedError(
      `JPEG: ${store.scans} scans visit ${store.visits} blocks; at most ${MAX_BLOCK_VISITS} are decoded`,
      { hint: "Save the image again: encoders write about ten scans." },
    );
  }
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
    nonzero: scan.components.map(({ component }) => store.nonzero[component.index]!),
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
    return { tables, blockStride, coefficients: store.coefficients[index]!, nonzero: store.nonzero[index]! };
  });
  return {
    decode: (part, row, column) => {
      const { tables, coefficients, nonzero, blockStride } = parts[part]!;
      const block = row * blockStride + column;
      noteNonzero(nonzero, block, decodeBlock(reader, tables, coefficients, block * BLOCK_SIZE));
    },
    skip: undefined,
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
    const nonzero = store.nonzero[index]!;
    const quantizer = quantizers[index] ?? new Int16Array(BLOCK_SIZE);
    const smoother = smooth
      ? createSmoother({
          component,
          mcusDown: frame.mcusDown,
          coefficients,
          nonzero,
          quantizer,
          known: known[index]!,
          lastGoodRow,
        })
      : undefined;
    const { x0, y0, x1, y1 } = ranges[index]!;
    for (let row = y0; row <= Math.min(y1, blocksDown - 1); row++) {
      for (let column = x0; column <= Math.min(x1, blocksAcross - 1); column++) {
        const at = (row * plane.stride + column) * BLOCK_SIDE;
        if (smoother === undefined) {
          const number = row * blockStride + column;
          inverseDct(
            coefficients,
            number * BLOCK_SIZE,
            quantizer,
            lastNonzero(nonzero, number),
            plane.clamped,
            at,
            plane.stride,
          );
        } else {
          const end = smoother(row, column, block);
          inverseDct(block, 0, quantizer, end, plane.clamped, at, plane.stride);
        }
      }
    }
    return plane;
  });
}
