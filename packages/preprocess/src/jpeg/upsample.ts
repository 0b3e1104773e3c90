import type { Component, Frame } from "./frame.ts";

/** A component's decoded samples. */
export interface Plane {
  readonly samples: Uint8Array;
  /** The same memory, for writing values that must be clamped. */
  readonly clamped: Uint8ClampedArray;
  readonly stride: number;
}

/** A component's samples at the image's full width, for one row of the image. */
export interface Row {
  readonly samples: Uint8Array;
  readonly offset: number;
}

/** Returns row `y` of the image; the row is valid until the next one is requested. */
export type RowSource = (y: number) => Row;

/** The columns `from` ≤ x < `to`. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/**
 * Upsamples a component to the image's size like libjpeg-turbo's default, "fancy upsampling" (jdsample.c): triangle
 * filters for factors of 2, repetition for all others and for components of 1 or 2 columns.
 *
 * @param span the requested columns of the image; the other columns of a row are not filled in.
 */
export function upsampledRows(
  frame: Frame,
  component: Component,
  { plane, span }: { plane: Plane; span: Span },
): RowSource {
  const { samples, stride } = plane;
  const { width, height } = component;
  const ratioH = frame.maxH / component.h;
  const ratioV = frame.maxV / component.v;
  if (ratioH === 1 && ratioV === 1) return (y) => ({ samples, offset: y * stride });

  const row = { samples: new Uint8Array(stride * ratioH), offset: 0 };
  const from = Math.floor(span.from / ratioH);
  const to = Math.min(Math.ceil(span.to / ratioH), width);
  /** Start of the second nearest row to image row `y`, after its own; the image's edge rows repeat. */
  const farRow = (y: number): number => Math.min(Math.max((y >> 1) + ((y & 1) === 0 ? -1 : 1), 0), height - 1) * stride;
  const fancyAcross = ratioH === 2 && width > 2;
  if (fancyAcross && ratioV === 1) {
    return (y) => {
      widen(samples, y * stride, row.samples, from, to, width);
      return row;
    };
  }
  if (fancyAcross && ratioV === 2) {
    return (y) => {
      widenBetween(samples, (y >> 1) * stride, farRow(y), row.samples, from, to, width);
      return row;
    };
  }
  if (ratioH === 1 && ratioV === 2) {
    return (y) => {
      const near = (y >> 1) * stride;
      const far = farRow(y);
      const bias = 1 + (y & 1);
      for (let x = from; x < to; x++) row.samples[x] = (samples[near + x]! * 3 + samples[far + x]! + bias) >> 2;
      return row;
    };
  }
  return (y) => {
    const near = Math.floor(y / ratioV) * stride;
    for (let x = from, at = from * ratioH; x < to; x++) {
      for (let i = 0; i < ratioH; i++) row.samples[at++] = samples[near + x]!;
    }
    return row;
  };
}

/**
 * Doubles the columns `start` to `end` of a row: 3/4 of the nearer sample and 1/4 of the further, ties rounded down, then up.
 * The row's edge samples count as their own neighbors. Positional arguments: this runs once per row.
 */
function widen(samples: Uint8Array, row: number, to: Uint8Array, start: number, end: number, width: number): void {
  let left = samples[row + Math.max(start - 1, 0)]!;
  let current = samples[row + start]!;
  for (let x = start; x < end; x++) {
    const right = x + 1 < width ? samples[row + x + 1]! : current;
    to[2 * x] = (current * 3 + left + 1) >> 2;
    to[2 * x + 1] = (current * 3 + right + 2) >> 2;
    left = current;
    current = right;
  }
}

/** The same for a row between two, the first of which is nearer: weighted 3/4 and 1/4 in this direction too. */
function widenBetween(
  samples: Uint8Array,
  near: number,
  far: number,
  to: Uint8Array,
  start: number,
  end: number,
  width: number,
): void {
  const before = Math.max(start - 1, 0);
  let left = samples[near + before]! * 3 + samples[far + before]!;
  let current = samples[near + start]! * 3 + samples[far + start]!;
  for (let x = start; x < end; x++) {
    const right = x + 1 < width ? samples[near + x + 1]! * 3 + samples[far + x + 1]! : current;
    to[2 * x] = (current * 3 + left + 8) >> 4;
    to[2 * x + 1] = (current * 3 + right + 7) >> 4;
    left = current;
    current = right;
  }
}
