/** PyTorch's cubic kernel where it is antialiased, which is Pillow's (torch 2.13, `UpSampleKernel.cpp`). */
const A = -0.5;
/** Half of the kernel's width, in pixels of the smaller image. */
const SUPPORT = 2;

function cubic(distance: number): number {
  const x = Math.abs(distance);
  if (x < 1) return ((A + 2) * x - (A + 3)) * x * x + 1;
  return x < 2 ? (((x - 5) * x + 8) * x - 4) * A : 0;
}

/** The pixels of the input that an output pixel is made of, and their weights. */
interface Window {
  readonly start: number;
  readonly weights: readonly number[];
}

function windows(input: number, output: number): readonly Window[] {
  const scale = input / output;
  const stretch = Math.max(scale, 1);
  return Array.from({ length: output }, (_, index) => {
    const center = scale * (index + 0.5);
    const start = Math.max(Math.trunc(center - SUPPORT * stretch + 0.5), 0);
    const end = Math.min(Math.trunc(center + SUPPORT * stretch + 0.5), input);
    const weights = Array.from({ length: end - start }, (_, place) => cubic((start + place - center + 0.5) / stretch));
    const sum = weights.reduce((total, weight) => total + weight, 0);
    return { start, weights: weights.map((weight) => weight / sum) };
  });
}

/** A grid of values: `rows` × `columns` × `channels`, in this order. */
export interface Grid {
  readonly rows: number;
  readonly columns: number;
  readonly channels: number;
  readonly data: ArrayLike<number>;
}

/** Resamples along one axis: `outer` lines, of which each has `input` places of `inner` values. */
function along(
  data: ArrayLike<number>,
  {
    outer,
    inner,
    input,
    output,
  }: { readonly outer: number; readonly inner: number; readonly input: number; readonly output: number },
): Float64Array {
  const result = new Float64Array(outer * output * inner);
  const parts = windows(input, output);
  for (let line = 0; line < outer; line++) {
    for (const [place, { start, weights }] of parts.entries()) {
      const to = (line * output + place) * inner;
      for (const [step, weight] of weights.entries()) {
        const from = (line * input + start + step) * inner;
        for (let index = 0; index < inner; index++) result[to + index]! += weight * data[from + index]!;
      }
    }
  }
  return result;
}

/**
 * Resamples a grid as PyTorch's `interpolate(mode="bicubic", antialias=True)` does, in float64: columns, then rows.
 */
export function resampleBicubic(
  { rows, columns, channels, data }: Grid,
  [height, width]: readonly [height: number, width: number],
): Float64Array {
  const wide = along(data, { outer: rows, inner: channels, input: columns, output: width });
  return along(wide, { outer: 1, inner: width * channels, input: rows, output: height });
}
