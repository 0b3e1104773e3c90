import type { FilterStrength } from "./header.ts";
import type { Plane } from "./plane.ts";

/** An edge between pixels: `across` leads over it, `along` to its next pixel. */
interface Edge {
  readonly at: number;
  readonly across: number;
  readonly along: number;
  readonly length: number;
}

/** What is smoothed, and how much. */
interface Thresholds {
  readonly edge: number;
  readonly inner: number;
  readonly highVariance: number;
}

const signedByte = (value: number): number => Math.min(Math.max(value, -128), 127);
const fourBits = (value: number): number => Math.min(Math.max(value, -16), 15);

/** Smooths the edges of a macroblock, its left and upper one where it has neighbors: RFC 6386, section 15. */
export function filterMacroblock(
  planes: readonly Plane[],
  {
    column,
    row,
    strength: { limit, inner, highVariance },
    isNormal,
    hasInner,
  }: {
    readonly column: number;
    readonly row: number;
    readonly strength: FilterStrength;
    readonly isNormal: boolean;
    /** Whether the edges between its blocks are smoothed as well. */
    readonly hasInner: boolean;
  },
): void {
  if (limit === 0) return;
  const outer = { edge: 2 * (limit + 4) + 1, inner, highVariance };
  const blocks = { edge: 2 * limit + 1, inner, highVariance };
  // The simple filter leaves colors as they are.
  for (const [index, plane] of (isNormal ? planes : planes.slice(0, 1)).entries()) {
    const size = index === 0 ? 16 : 8;
    const { stride } = plane;
    const at = plane.origin + row * size * stride + column * size;
    const filter = isNormal ? filterNormal : filterSimple;
    const upright = (x: number): Edge => ({ at: at + x, across: 1, along: stride, length: size });
    const level = (y: number): Edge => ({ at: at + y * stride, across: stride, along: 1, length: size });
    if (column > 0) filter(plane, upright(0), { thresholds: outer, isOuter: true });
    if (hasInner) for (let x = 4; x < size; x += 4) filter(plane, upright(x), { thresholds: blocks, isOuter: false });
    if (row > 0) filter(plane, level(0), { thresholds: outer, isOuter: true });
    if (hasInner) for (let y = 4; y < size; y += 4) filter(plane, level(y), { thresholds: blocks, isOuter: false });
  }
}

type Options = { readonly thresholds: Thresholds; readonly isOuter: boolean };

function filterSimple({ data }: Plane, { at, across, along, length }: Edge, { thresholds }: Options): void {
  for (let i = 0, q0 = at; i < length; i++, q0 += along) {
    if (isSmooth(data, q0, across, thresholds.edge)) smoothTwo(data, q0, across);
  }
}

function filterNormal({ data }: Plane, { at, across, along, length }: Edge, { thresholds, isOuter }: Options): void {
  const { edge, inner, highVariance } = thresholds;
  for (let i = 0, q0 = at; i < length; i++, q0 += along) {
    if (!isSmooth(data, q0, across, edge) || !isSmoothInside(data, q0, across, inner)) continue;
    const p = Math.abs(data[q0 - 2 * across]! - data[q0 - across]!);
    const q = Math.abs(data[q0 + across]! - data[q0]!);
    if (p > highVariance || q > highVariance) smoothTwo(data, q0, across);
    else if (isOuter) smoothSix(data, q0, across);
    else smoothFour(data, q0, across);
  }
}

/** Whether the step at an edge is small enough to come from compression. */
function isSmooth(data: Uint8ClampedArray, q0: number, across: number, limit: number): boolean {
  const step = Math.abs(data[q0 - across]! - data[q0]!);
  return 4 * step + Math.abs(data[q0 - 2 * across]! - data[q0 + across]!) <= limit;
}

function isSmoothInside(data: Uint8ClampedArray, q0: number, across: number, limit: number): boolean {
  const p1 = data[q0 - 2 * across]!;
  const p2 = data[q0 - 3 * across]!;
  const q1 = data[q0 + across]!;
  const q2 = data[q0 + 2 * across]!;
  return (
    Math.abs(data[q0 - 4 * across]! - p2) <= limit &&
    Math.abs(p2 - p1) <= limit &&
    Math.abs(p1 - data[q0 - across]!) <= limit &&
    Math.abs(data[q0 + 3 * across]! - q2) <= limit &&
    Math.abs(q2 - q1) <= limit &&
    Math.abs(q1 - data[q0]!) <= limit
  );
}

function smoothTwo(data: Uint8ClampedArray, q0: number, across: number): void {
  const p1 = data[q0 - 2 * across]!;
  const p0 = data[q0 - across]!;
  const q = data[q0]!;
  const q1 = data[q0 + across]!;
  const step = 3 * (q - p0) + signedByte(p1 - q1);
  data[q0 - across] = p0 + fourBits((step + 3) >> 3);
  data[q0] = q - fourBits((step + 4) >> 3);
}

function smoothFour(data: Uint8ClampedArray, q0: number, across: number): void {
  const p1 = data[q0 - 2 * across]!;
  const p0 = data[q0 - across]!;
  const q = data[q0]!;
  const q1 = data[q0 + across]!;
  const step = 3 * (q - p0);
  const right = fourBits((step + 4) >> 3);
  const further = (right + 1) >> 1;
  data[q0 - 2 * across] = p1 + further;
  data[q0 - across] = p0 + fourBits((step + 3) >> 3);
  data[q0] = q - right;
  data[q0 + across] = q1 - further;
}

function smoothSix(data: Uint8ClampedArray, q0: number, across: number): void {
  const p2 = data[q0 - 3 * across]!;
  const p1 = data[q0 - 2 * across]!;
  const p0 = data[q0 - across]!;
  const q = data[q0]!;
  const q1 = data[q0 + across]!;
  const q2 = data[q0 + 2 * across]!;
  const step = signedByte(3 * (q - p0) + signedByte(p1 - q1));
  const first = (27 * step + 63) >> 7;
  const second = (18 * step + 63) >> 7;
  const third = (9 * step + 63) >> 7;
  data[q0 - 3 * across] = p2 + third;
  data[q0 - 2 * across] = p1 + second;
  data[q0 - across] = p0 + first;
  data[q0] = q - first;
  data[q0 + across] = q1 - second;
  data[q0 + 2 * across] = q2 - third;
}
