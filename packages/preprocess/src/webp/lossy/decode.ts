import { truncated } from "../damaged.ts";
import { CoefficientReader } from "./coefficients.ts";
import { type LossyHeader, readLossyHeader } from "./header.ts";
import { addInverseCosine } from "./inverse-transform.ts";
import { filterMacroblock } from "./loop-filter.ts";
import { type MacroblockModes, ModeReader } from "./modes.ts";
import { createPlane, type Plane } from "./plane.ts";
import { predictBlock, predictWhole } from "./predict.ts";
import { type Picture, toRgb } from "./to-rgb.ts";

/**
 * Decodes lossy data to RGB: a key frame of VP8.
 *
 * @throws FormatError when the data end early or contradict themselves.
 * Matches libwebp 1.6, as Pillow calls it: with smoothing, interpolated chroma, and no dithering.
 */
export function decodeLossy(bytes: Uint8Array): Uint8Array {
  const header = readLossyHeader(bytes);
  const { width, height } = header;
  const columns = (width + 15) >> 4;
  const rows = (height + 15) >> 4;
  const planes = [
    createPlane(16 * columns, 16 * rows),
    createPlane(8 * columns, 8 * rows),
    createPlane(8 * columns, 8 * rows),
  ] as const;
  const picture: Picture = { width, height, planes };
  // Predictions are from pixels before smoothing, which therefore comes last.
  const smoothing = readMacroblocks(header, { columns, rows, planes });
  if (header.filter !== "none") smooth(header, { columns, smoothing, planes });
  return toRgb(picture);
}

interface Grid {
  readonly columns: number;
  readonly rows: number;
  readonly planes: Picture["planes"];
}

/** Predicts and completes all macroblocks; returns for each how it is smoothed: segment, whether split, whether inside too. */
function readMacroblocks(header: LossyHeader, { columns, rows, planes }: Grid): Uint8Array {
  const { modes: reader, parts, segmentTree, skip, steps } = header;
  const modeReader = new ModeReader(reader, { segmentTree, skip, columns });
  const coefficients = new CoefficientReader(header, columns);
  const smoothing = new Uint8Array(columns * rows);
  for (let row = 0; row < rows; row++) {
    modeReader.startRow();
    coefficients.startRow();
    const part = parts[row % parts.length]!;
    for (let column = 0; column < columns; column++) {
      const modes = modeReader.read(column);
      const { segment, split } = modes;
      let filled = false;
      if (modes.skipped) coefficients.skip(column, modes);
      else filled = coefficients.read(part, { column, split, steps: steps[segment]! });
      if (reader.ended || part.ended) throw truncated(`row ${16 * row}`);
      reconstruct(modes, coefficients, { column, row, columns, planes });
      smoothing[row * columns + column] = segment | (split ? 4 : 0) | (split || filled ? 8 : 0);
    }
  }
  return smoothing;
}

function reconstruct(
  { split, luma: lumaModes, chroma }: MacroblockModes,
  { values, filled }: CoefficientReader,
  place: {
    readonly column: number;
    readonly row: number;
    readonly columns: number;
    readonly planes: Picture["planes"];
  },
): void {
  const { column, row, columns, planes } = place;
  const edges = { hasAbove: row > 0, hasBefore: column > 0 };
  const [luma] = planes;
  const at = luma.origin + 16 * (row * luma.stride + column);
  if (!split) predictWhole(lumaModes[0]!, luma, { at, size: 16, ...edges });
  const corner = split ? cornerPixels(luma, { at, isLast: column === columns - 1, row }) : 0;
  for (let block = 0; block < 16; block++) {
    const [x, y] = [block & 3, block >> 2];
    const to = at + 4 * (y * luma.stride + x);
    // The blocks on the right are predicted from pixels above the macroblock, in every row.
    if (split) predictBlock(lumaModes[block]!, luma, { at: to, right: x === 3 ? corner : to - luma.stride + 4 });
    if (filled[block] === 1) addInverseCosine(values, 16 * block, luma, to);
  }
  for (const [index, plane] of planes.slice(1).entries()) {
    const from = plane.origin + 8 * (row * plane.stride + column);
    predictWhole(chroma, plane, { at: from, size: 8, ...edges });
    for (let block = 0; block < 4; block++) {
      const number = 16 + 4 * index + block;
      const to = from + 4 * ((block >> 1) * plane.stride + (block & 1));
      if (filled[number] === 1) addInverseCosine(values, 16 * number, plane, to);
    }
  }
}

/** Where the four pixels above and to the right of a macroblock are; to the right of the last one its own last is repeated. */
function cornerPixels(
  { data, stride }: Plane,
  { at, isLast, row }: { readonly at: number; readonly isLast: boolean; readonly row: number },
): number {
  const corner = at - stride + 16;
  if (isLast && row > 0) data.fill(data[corner - 1]!, corner, corner + 4);
  return corner;
}

/** Smooths all macroblocks, in the order in which they were read. */
function smooth(
  { filter, strengths }: LossyHeader,
  {
    columns,
    smoothing,
    planes,
  }: { readonly columns: number; readonly smoothing: Uint8Array; readonly planes: Picture["planes"] },
): void {
  for (const [index, how] of smoothing.entries()) {
    filterMacroblock(planes, {
      column: index % columns,
      row: Math.floor(index / columns),
      strength: strengths[how & 3]![how & 4 ? 1 : 0],
      isNormal: filter === "normal",
      hasInner: (how & 8) !== 0,
    });
  }
}
