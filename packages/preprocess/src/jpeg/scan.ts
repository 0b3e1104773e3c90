import { FormatError } from "@samoyed/core";

import { checkExhausted, type EntropyReader, mayRestart, restart } from "./entropy.ts";
import type { Component, Frame } from "./frame.ts";
import { badLength } from "./markers.ts";
import type { Marker } from "./next-marker.ts";

/** The contents of a start-of-scan segment. */
export interface ScanHeader {
  readonly components: readonly ScanComponent[];
  /** First and last coefficient of the spectral band; the bit position before and of this scan (progressive only). */
  readonly start: number;
  readonly end: number;
  readonly high: number;
  readonly low: number;
}

/** A component's part in a scan. */
export interface ScanComponent {
  readonly component: Component;
  readonly dcTable: number;
  readonly acTable: number;
}

/** Most blocks in one MCU (T.81 B.2.3). */
const MAX_BLOCKS_IN_MCU = 10;

/**
 * Reads a start-of-scan segment (T.81 B.2.3).
 *
 * @throws FormatError when it names components that the frame does not have, or contradicts itself.
 */
export function parseScan(frame: Frame, marker: Marker, segment: Uint8Array): ScanHeader {
  const count = segment[0] ?? 0;
  if (count < 1 || count > 4 || segment.length !== 4 + 2 * count) throw badLength(marker, segment.length + 2);
  const components: ScanComponent[] = [];
  for (let i = 0; i < count; i++) {
    const id = segment[1 + 2 * i]!;
    const tables = segment[2 + 2 * i]!;
    // The i-th part of a scan is the i-th component of the frame or a later one: libjpeg's rule, which accepts files
    // whose components all have the same id.
    const component = frame.components.find((each) => each.id === id && each.index >= i);
    if (component === undefined || components.some((part) => part.component === component)) {
      throw new FormatError(
        `JPEG: scan at byte ${marker.offset - 2} names component ${id}, which the frame does not have`,
      );
    }
    components.push({ component, dcTable: tables >> 4, acTable: tables & 15 });
  }
  const blocks = components.reduce((sum, { component }) => sum + component.h * component.v, 0);
  if (count > 1 && blocks > MAX_BLOCKS_IN_MCU) {
    throw new FormatError(
      `JPEG: scan at byte ${marker.offset - 2} has ${blocks} blocks in an MCU; expected at most ${MAX_BLOCKS_IN_MCU}`,
    );
  }
  const [start, end, approximation] = segment.subarray(1 + 2 * count) as unknown as [number, number, number];
  return { components, start, end, high: approximation >> 4, low: approximation & 15 };
}

/** Decodes the next block of a scan; called in the file's order. */
export interface BlockDecoder {
  /** Decodes the block at a row and column of blocks of the scan's component number `part`. */
  readonly decode: (part: number, row: number, column: number) => void;
  /** Called instead if the data ran out before a marker; undefined if nothing needs doing then. */
  readonly skip: ((part: number, row: number, column: number) => void) | undefined;
  /** Resets predictions and runs at the beginning of a restart interval. */
  readonly reset: () => void;
}

/**
 * Walks through a scan's blocks, interleaved or not, with its restart intervals.
 *
 * Returns the last row of whole MCUs that was not cut short: libjpeg-turbo's `last_good_iMCU_row`.
 *
 * @throws FormatError when the file ends within the scan.
 */
export function walkScan(
  frame: Frame,
  scan: ScanHeader,
  { reader, restartInterval, decoder }: { reader: EntropyReader; restartInterval: number; decoder: BlockDecoder },
): number {
  const { components } = scan;
  const single = components.length === 1 ? components[0]!.component : undefined;
  // A scan of one component has one block per MCU, and only blocks within the image (T.81 A.2.2).
  const across = single?.blocksAcross ?? frame.mcusAcross;
  const down = single?.blocksDown ?? frame.mcusDown;
  let toRestart = restartInterval;
  let lastGoodRow = 0;
  for (let row = 0; row < down; row++) {
    for (let column = 0; column < across; column++) {
      if (restartInterval > 0) {
        if (toRestart === 0) {
          restart(reader);
          decoder.reset();
          toRestart = restartInterval;
        }
        toRestart--;
      }
      const step = reader.exhausted ? decoder.skip : decoder.decode;
      if (step === undefined) {
        if (restartInterval === 0 || !mayRestart(reader)) return lastGoodRow;
        continue;
      }
      if (!reader.exhausted) lastGoodRow = single === undefined ? row : Math.floor(row / single.v);
      if (single !== undefined) {
        step(0, row, column);
      } else {
        for (let part = 0; part < components.length; part++) {
          const { h, v } = components[part]!.component;
          for (let y = 0; y < v; y++) {
            for (let x = 0; x < h; x++) step(part, row * v + y, column * h + x);
          }
        }
      }
      checkExhausted(reader);
    }
  }
  return lastGoodRow;
}
