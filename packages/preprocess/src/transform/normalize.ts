import { type Tensor, UsageError } from "@samoyed/core";

import type { Box, Image } from "../image.ts";

/** The value of each byte, per channel. */
export type NormalizeTables = readonly [Float32Array, Float32Array, Float32Array];

/**
 * Tables of (value / 255 − mean) / std in float32, each operation rounded as in torchvision's `ToTensor` and
 * `Normalize`; computing in doubles and rounding once differs in most values.
 *
 * @throws UsageError when there are not three values of each, one is not finite, or a deviation is 0 in float32.
 */
export function normalizeTables(mean: readonly number[], std: readonly number[]): NormalizeTables {
  if (mean.length !== 3 || std.length !== 3) {
    throw new UsageError(`mean has ${mean.length} values and std ${std.length}; expected 3, one per channel`);
  }
  if (!mean.every(Number.isFinite) || !std.every((value) => Number.isFinite(value) && Math.fround(value) !== 0)) {
    throw new UsageError(`mean is [${mean.join(", ")}] and std [${std.join(", ")}]; expected numbers, no std of 0`);
  }
  const table = (channel: number): Float32Array => {
    const average = Math.fround(mean[channel]!);
    const deviation = Math.fround(std[channel]!);
    return Float32Array.from(
      { length: 256 },
      (_, value) => Math.fround(Math.fround(value / 255) - average) / deviation,
    );
  };
  return [table(0), table(1), table(2)];
}

/** The tensor's size, and the image's place in it. */
export interface Placement extends Box {
  readonly fill: readonly [number, number, number];
}

/** Converts an image to a normalized tensor [3, height, width], on a canvas of the color `fill`. The image must fit. */
export function toTensor(image: Image, tables: NormalizeTables, placement: Placement): Tensor<"float32"> {
  const { width, height, x, y, fill } = placement;
  const plane = width * height;
  const data = new Float32Array(3 * plane);
  for (let channel = 0; channel < 3; channel++) {
    const table = tables[channel]!;
    if (image.width < width || image.height < height) {
      data.fill(table[fill[channel]!]!, channel * plane, (channel + 1) * plane);
    }
    for (let row = 0, from = channel; row < image.height; row++) {
      const start = channel * plane + (y + row) * width + x;
      for (let to = start; to < start + image.width; to++, from += 3) data[to] = table[image.data[from]!]!;
    }
  }
  return { dtype: "float32", shape: [3, height, width], data };
}
