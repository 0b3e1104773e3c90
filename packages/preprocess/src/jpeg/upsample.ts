import type { Component, Frame } from "./frame.ts";

/** A component's decoded samples. */
export interface Plane {
  readonly samples: Uint8ClampedArray;
  readonly stride: number;
}

/** A component's samples at the image's full width, for one row of the image. */
export interface Row {
  readonly samples: Uint8ClampedArray;
  readonly offset: number;
}

/** Gives row `y` of the image; the row is valid until the next one is asked for. */
export type RowSource = (y: number) => Row;

/**
 * Brings a component to the image's size as libjpeg-turbo's default, "fancy upsampling", does (jdsample.c): triangle
 * filters for factors of 2, repetition for all others and for components of 1 or 2 columns.
 */
export function upsampledRows(frame: Frame, component: Component, plane: Plane): RowSource {
  const { samples, stride } = plane;
  const ratioH = frame.maxH / component.h;
  const ratioV = frame.maxV / component.v;
  if (ratioH === 1 && ratioV === 1) return (y) => ({ samples, offset: y * stride });

  const row = { samples: new Uint8ClampedArray(component.blockStride * 8 * ratioH), offset: 0 };
  const lastRow = component.height - 1;
  /** The two rows that image row `y` lies between, nearest first; the picture's own edge rows repeat. */
  const nearest = (y: number): readonly [number, number] => {
    const near = y >> 1;
    const far = Math.min(Math.max(near + ((y & 1) === 0 ? -1 : 1), 0), lastRow);
    return [near * stride, far * stride];
  };
  const fancyAcross = ratioH === 2 && component.width > 2;
  if (fancyAcross && ratioV === 1) {
    return (y) => {
      widen(samples, y * stride, component.width, row.samples);
      return row;
    };
  }
  if (fancyAcross && ratioV === 2) {
    const sums = new Int32Array(component.width);
    return (y) => {
      const [near, far] = nearest(y);
      for (let x = 0; x < sums.length; x++) sums[x] = samples[near + x]! * 3 + samples[far + x]!;
      widenSums(sums, row.samples);
      return row;
    };
  }
  if (ratioH === 1 && ratioV === 2) {
    return (y) => {
      const [near, far] = nearest(y);
      const bias = 1 + (y & 1);
      for (let x = 0; x < component.width; x++) {
        row.samples[x] = (samples[near + x]! * 3 + samples[far + x]! + bias) >> 2;
      }
      return row;
    };
  }
  return (y) => {
    const from = Math.floor(y / ratioV) * stride;
    for (let x = 0, to = 0; x < component.width; x++) {
      for (let i = 0; i < ratioH; i++) row.samples[to++] = samples[from + x]!;
    }
    return row;
  };
}

/** Doubles a row's width, 3/4 of the nearer sample and 1/4 of the further; ties go down, then up. */
function widen(from: Uint8ClampedArray, offset: number, width: number, to: Uint8ClampedArray): void {
  const last = offset + width - 1;
  to[0] = from[offset]!;
  to[1] = (from[offset]! * 3 + from[offset + 1]! + 2) >> 2;
  let at = 2;
  for (let x = offset + 1; x < last; x++, at += 2) {
    const near = from[x]! * 3;
    to[at] = (near + from[x - 1]! + 1) >> 2;
    to[at + 1] = (near + from[x + 1]! + 2) >> 2;
  }
  to[at] = (from[last]! * 3 + from[last - 1]! + 1) >> 2;
  to[at + 1] = from[last]!;
}

/** The same for column sums that hold four times a sample. */
function widenSums(sums: Int32Array, to: Uint8ClampedArray): void {
  const last = sums.length - 1;
  to[0] = (sums[0]! * 4 + 8) >> 4;
  to[1] = (sums[0]! * 3 + sums[1]! + 7) >> 4;
  let at = 2;
  for (let x = 1; x < last; x++, at += 2) {
    const near = sums[x]! * 3;
    to[at] = (near + sums[x - 1]! + 8) >> 4;
    to[at + 1] = (near + sums[x + 1]! + 7) >> 4;
  }
  to[at] = (sums[last]! * 3 + sums[last - 1]! + 8) >> 4;
  to[at + 1] = (sums[last]! * 4 + 7) >> 4;
}
