import { MODE } from "./modes.ts";
import type { Plane } from "./plane.ts";

/** A square block of a plane. */
interface Block {
  readonly at: number;
  readonly size: number;
  /** Whether the picture has pixels above and to the left. */
  readonly hasAbove: boolean;
  readonly hasBefore: boolean;
}

/** Predicts a block of 16×16 or 8×8 pixels: RFC 6386, sections 12.2 and 12.3. */
export function predictWhole(mode: number, plane: Plane, block: Block): void {
  const { data, stride } = plane;
  const { at, size } = block;
  if (mode === MODE.dc) {
    const value = meanOfEdges(plane, block);
    for (let row = 0; row < size; row++) data.fill(value, at + row * stride, at + row * stride + size);
  } else if (mode === MODE.vertical) {
    for (let row = 0; row < size; row++) data.copyWithin(at + row * stride, at - stride, at - stride + size);
  } else if (mode === MODE.horizontal) {
    for (let row = 0; row < size; row++) {
      const from = at + row * stride;
      data.fill(data[from - 1]!, from, from + size);
    }
  } else {
    predictTrueMotion(plane, at, size);
  }
}

function meanOfEdges({ data, stride }: Plane, { at, size, hasAbove, hasBefore }: Block): number {
  const count = size * (Number(hasAbove) + Number(hasBefore));
  if (count === 0) return 128;
  let sum = count / 2;
  if (hasAbove) for (let i = 0; i < size; i++) sum += data[at - stride + i]!;
  if (hasBefore) for (let i = 0; i < size; i++) sum += data[at - 1 + i * stride]!;
  return Math.floor(sum / count);
}

function predictTrueMotion({ data, stride }: Plane, at: number, size: number): void {
  const corner = data[at - stride - 1]!;
  for (let row = 0; row < size; row++) {
    const from = at + row * stride;
    const before = data[from - 1]! - corner;
    for (let i = 0; i < size; i++) data[from + i] = before + data[at - stride + i]!;
  }
}

/** The edge of a 4×4 block, from the lowest pixel to the left (0) over the corner (4) to the last of eight above (12). */
const edge = new Uint8Array(13);

/** The mean of three pixels of the edge, the middle one twice. */
const mean3 = (i: number): number => (edge[i - 1]! + 2 * edge[i]! + edge[i + 1]! + 2) >> 2;
const mean2 = (i: number): number => (edge[i]! + edge[i + 1]! + 1) >> 1;

/**
 * Predicts a 4×4 block: RFC 6386, section 12.3.
 *
 * @param right where the four pixels above and to the right are.
 */
export function predictBlock(
  mode: number,
  plane: Plane,
  { at, right }: { readonly at: number; readonly right: number },
): void {
  const { data, stride } = plane;
  for (let i = 0; i < 4; i++) {
    edge[3 - i] = data[at - 1 + i * stride]!;
    edge[5 + i] = data[at - stride + i]!;
    edge[9 + i] = data[right + i]!;
  }
  edge[4] = data[at - stride - 1]!;
  if (mode === MODE.trueMotion) predictTrueMotion(plane, at, 4);
  else if (mode === MODE.dc) {
    let sum = 4;
    for (let i = 0; i < 4; i++) sum += edge[i]! + edge[5 + i]!;
    for (let row = 0; row < 4; row++) data.fill(sum >> 3, at + row * stride, at + row * stride + 4);
  } else {
    const pixel = PIXELS[mode]!;
    for (let row = 0; row < 4; row++) for (let i = 0; i < 4; i++) data[at + row * stride + i] = pixel(i, row);
  }
}

/** By mode, a pixel of a column and a row. */
const PIXELS: Readonly<Record<number, (x: number, y: number) => number>> = {
  [MODE.vertical]: (x) => mean3(5 + x),
  [MODE.horizontal]: (_, y) => (y === 3 ? (edge[1]! + 3 * edge[0]! + 2) >> 2 : mean3(3 - y)),
  [MODE.rightDown]: (x, y) => mean3(4 + x - y),
  [MODE.verticalRight]: (x, y) => {
    const i = 2 * x - y;
    if (i < -1) return mean3(5 - y);
    return y % 2 === 0 ? mean2(4 + x - y / 2) : mean3(4 + x - (y - 1) / 2);
  },
  [MODE.leftDown]: (x, y) => (x + y === 6 ? (edge[11]! + 3 * edge[12]! + 2) >> 2 : mean3(6 + x + y)),
  // The last two pixels are exceptions.
  [MODE.verticalLeft]: (x, y) => {
    if (x === 3 && y >= 2) return mean3(8 + y);
    return y % 2 === 0 ? mean2(5 + x + y / 2) : mean3(6 + x + (y - 1) / 2);
  },
  [MODE.horizontalDown]: (x, y) => {
    const i = 2 * y - x;
    if (i < -1) return mean3(3 + x);
    return x % 2 === 0 ? mean2(3 - y + x / 2) : mean3(4 - y + (x - 1) / 2);
  },
  [MODE.horizontalUp]: (x, y) => {
    const i = 2 * y + x;
    if (i > 5) return edge[0]!;
    if (i === 5) return (edge[1]! + 3 * edge[0]! + 2) >> 2;
    return i % 2 === 0 ? mean2(2 - i / 2) : mean3(2 - (i - 1) / 2);
  },
};
