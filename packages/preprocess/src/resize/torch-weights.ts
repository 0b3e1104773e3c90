import { FILTERS } from "./filters.ts";
import type { TorchFilter } from "./torch-filter.ts";
import { integerWeights, type Range, type RealWeights, realWeights, type Side, type Weights } from "./weights.ts";

/**
 * The weights of torchvision's resize of a uint8 tensor, with antialiasing: Pillow's real weights, as 16-bit integers.
 *
 * Matches PyTorch 2.13, `HelperInterpBase` in aten/src/ATen/native/cpu/UpSampleKernel.cpp.
 */
export function antialiasedWeights(interpolation: TorchFilter, side: Side): Weights {
  // The number of bits depends on the largest weight of the whole side.
  const whole = realWeights(FILTERS[interpolation], { ...side, start: 0, end: side.to });
  return shortWeights(whole, side);
}

/** The same without antialiasing: two or four neighbors, the edge's repeated. */
export function neighborWeights(interpolation: TorchFilter, side: Side): Weights {
  const size = interpolation === "bilinear" ? 2 : 4;
  const length = side.to;
  const first = new Int32Array(length);
  const count = new Int32Array(length);
  const values = new Float64Array(length * size);
  for (let i = 0; i < length; i++) {
    const { base, fraction } = sourceOf(side, i, size);
    const begin = base - size / 2 + 1;
    const from = Math.max(begin, 0);
    const to = Math.min(begin + size, side.from);
    for (let j = 0; j < size; j++) {
      const at = Math.min(Math.max(begin + j, from), to - 1) - from;
      values[i * size + at]! += neighbor(size, j + 1 - size / 2 - fraction);
    }
    first[i] = from;
    count[i] = to - from;
  }
  return shortWeights({ first, count, values, stride: size }, side);
}

/** The input positions that `neighborWeights` uses. */
export function neighborRange(interpolation: TorchFilter, side: Side): Range {
  const size = interpolation === "bilinear" ? 2 : 4;
  const start = sourceOf(side, side.start, size).base - size / 2 + 1;
  const end = sourceOf(side, side.end - 1, size).base + size / 2 + 1;
  return { start: Math.max(start, 0), end: Math.min(end, side.from) };
}

function sourceOf({ from, to }: Side, position: number, size: number): { base: number; fraction: number } {
  const exact = (from / to) * (position + 0.5) - 0.5;
  const at = size === 2 ? Math.max(exact, 0) : exact;
  const base = Math.min(Math.floor(at), from - 1);
  return { base, fraction: Math.min(Math.max(at - base, 0), 1) };
}

function neighbor(size: number, distance: number): number {
  const x = Math.abs(distance);
  if (size === 2) return x < 1 ? 1 - x : 0;
  // Keys' cubic with a = −0.75, unlike Pillow's.
  const a = -0.75;
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  if (x < 2) return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a;
  return 0;
}

/** Weights of the requested positions, with as many bits as 16-bit integers hold. */
function shortWeights(whole: RealWeights, { start, end }: Side): Weights {
  const largest = whole.values.reduce((most, value) => Math.max(most, value), 0);
  let bits = 0;
  while (bits < 22 && Math.trunc(0.5 + largest * 2 ** (bits + 1)) < 2 ** 15) bits++;
  const { first, count, values, stride } = whole;
  const part = {
    first: first.slice(start, end),
    count: count.slice(start, end),
    values: values.subarray(start * stride, end * stride),
    stride,
  };
  return integerWeights(part, bits);
}
