import type { PreprocessConfig } from "@samoyed/core";

/** Interpolation filters of a resize, under Pillow's names. */
export type Interpolation = PreprocessConfig["interpolation"];

/** A convolution filter: zero outside of ±support, in units of output pixels when the image shrinks. */
export interface Filter {
  readonly support: number;
  readonly weight: (x: number) => number;
}

/** Pillow's filters (Resample.c); Hamming's constants are floats there. */
export const FILTERS: Readonly<Record<Exclude<Interpolation, "nearest">, Filter>> = {
  box: { support: 0.5, weight: (x) => (x > -0.5 && x <= 0.5 ? 1 : 0) },
  bilinear: { support: 1, weight: (x) => Math.max(1 - Math.abs(x), 0) },
  hamming: { support: 1, weight: hamming },
  bicubic: { support: 2, weight: bicubic },
  lanczos: { support: 3, weight: (x) => (x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0) },
};

const HAMMING_CONSTANT = Math.fround(0.54);
const HAMMING_COSINE = Math.fround(0.46);

function hamming(at: number): number {
  const x = Math.abs(at);
  if (x === 0) return 1;
  if (x >= 1) return 0;
  const angle = x * Math.PI;
  return (Math.sin(angle) / angle) * (HAMMING_CONSTANT + HAMMING_COSINE * Math.cos(angle));
}

/** Keys' cubic with a = −0.5. */
function bicubic(at: number): number {
  const x = Math.abs(at);
  const a = -0.5;
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  if (x < 2) return (((x - 5) * x + 8) * x - 4) * a;
  return 0;
}

function sinc(x: number): number {
  if (x === 0) return 1;
  const angle = x * Math.PI;
  return Math.sin(angle) / angle;
}
