import type { Plane } from "./plane.ts";

/** A picture of a luma and two chroma planes of half its size. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly planes: readonly [Plane, Plane, Plane];
}

/** Bits of a color's fraction. */
const FRACTION = 6;

const clip = (value: number): number => Math.min(Math.max(value >> FRACTION, 0), 255);
const times = (value: number, factor: number): number => (value * factor) >> 8;

/**
 * Converts a picture to RGB, with chroma interpolated from the four nearest values.
 *
 * Matches libwebp 1.6, `UPSAMPLE_FUNC` in src/dsp/upsampling.c and `VP8YuvToRgb` in src/dsp/yuv.h.
 */
export function toRgb({ width, height, planes: [luma, u, v] }: Picture): Uint8Array {
  const data = new Uint8Array(width * height * 3);
  const rows = (height + 1) >> 1;
  const rowU = new Uint8Array(width);
  const rowV = new Uint8Array(width);
  for (let y = 0, to = 0; y < height; y++) {
    const near = y >> 1;
    const far = Math.min(Math.max(near + (y & 1 ? 1 : -1), 0), rows - 1);
    interpolate(u, { near, far, to: rowU });
    interpolate(v, { near, far, to: rowV });
    const from = luma.origin + y * luma.stride;
    for (let x = 0; x < width; x++, to += 3) {
      const value = times(luma.data[from + x]!, 19_077);
      data[to] = clip(value + times(rowV[x]!, 26_149) - 14_234);
      data[to + 1] = clip(value - times(rowU[x]!, 6419) - times(rowV[x]!, 13_320) + 8708);
      data[to + 2] = clip(value + times(rowU[x]!, 33_050) - 17_685);
    }
  }
  return data;
}

/** Interpolates a row of chroma: nine parts of the nearest value, three of each beside it, one of the last. */
function interpolate(
  { data, origin, stride }: Plane,
  { near, far, to }: { readonly near: number; readonly far: number; readonly to: Uint8Array },
): void {
  const a = origin + near * stride;
  const b = origin + far * stride;
  const width = to.length;
  const atEnd = (i: number): number => (3 * data[a + i]! + data[b + i]! + 2) >> 2;
  to[0] = atEnd(0);
  for (let i = 1; 2 * i <= width; i++) {
    if (2 * i === width) {
      to[width - 1] = atEnd(i - 1);
      break;
    }
    const near0 = data[a + i - 1]!;
    const near1 = data[a + i]!;
    const far0 = data[b + i - 1]!;
    const far1 = data[b + i]!;
    const sum = near0 + near1 + far0 + far1 + 8;
    to[2 * i - 1] = (((sum + 2 * (near1 + far0)) >> 3) + near0) >> 1;
    to[2 * i] = (((sum + 2 * (near0 + far1)) >> 3) + near1) >> 1;
  }
}
