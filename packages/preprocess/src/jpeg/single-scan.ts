import { BLOCK_SIDE, BLOCK_SIZE } from "./constants.ts";
import type { Component, Frame } from "./frame.ts";
import { inverseDct } from "./idct.ts";
import type { BlockRange } from "./region.ts";
import { type ScanContext, sequentialTables } from "./scan-context.ts";
import { type ScanHeader, walkScan } from "./scan.ts";
import { decodeBlock } from "./sequential.ts";
import type { Plane } from "./upsample.ts";

/** Allocates a component's samples, in whole MCUs. */
export function createPlane(component: Component): Plane {
  const stride = component.blockStride * BLOCK_SIDE;
  const clamped = new Uint8ClampedArray(stride * component.blockRows * BLOCK_SIDE);
  return { samples: new Uint8Array(clamped.buffer), clamped, stride };
}

/**
 * Decodes a sequential image whose only scan contains all components, block by block into samples, so that the coefficients
 * are never in memory together. Blocks outside of `ranges` stay black.
 *
 * @throws FormatError when the file ends within the scan, or a table is missing.
 */
export function decodeSingleScan(
  frame: Frame,
  scan: ScanHeader,
  context: ScanContext & { readonly ranges: readonly BlockRange[] },
): readonly Plane[] {
  const { reader, restartInterval, quantizers, ranges } = context;
  const planes = frame.components.map(createPlane);
  const block = new Int16Array(BLOCK_SIZE);
  const parts = sequentialTables(scan, context).map((tables, part) => {
    const { index } = scan.components[part]!.component;
    return { tables, quantizer: quantizers[index]!, plane: planes[index]!, range: ranges[index]! };
  });

  const transform = (part: number, row: number, column: number, last: number): void => {
    const { plane, quantizer, range } = parts[part]!;
    if (column < range.x0 || column > range.x1 || row < range.y0 || row > range.y1) return;
    const at = (row * plane.stride + column) * BLOCK_SIDE;
    inverseDct(block, 0, quantizer, last, plane.clamped, at, plane.stride);
  };
  walkScan(frame, scan, {
    reader,
    restartInterval,
    decoder: {
      decode: (part, row, column) => {
        const last = decodeBlock(reader, parts[part]!.tables, block, 0);
        transform(part, row, column, last);
        if (last === 0) block[0] = 0;
        else block.fill(0);
      },
      skip: (part, row, column) => transform(part, row, column, 0),
      reset: () => {
        for (const { tables } of parts) tables.prediction = 0;
      },
    },
  });
  return planes;
}
