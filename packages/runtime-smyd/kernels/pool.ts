/** Max and average pooling, a unit a row of the output; and the mean over a whole value. */
import { storeLanes } from "./lanes";
import { meanOfPixels, pixelAt, pixelBytes } from "./spatial";
import {
  INPUT_VALUE,
  MEAN_OUTPUT,
  OPERATION,
  OPERATION_MAX_POOL,
  OUTPUT_VALUE,
  POOL_DILATIONS,
  POOL_KERNEL,
  POOL_PADDED,
  POOL_PADS,
  POOL_PADS_END,
  POOL_STRIDES,
  SPATIAL_CHANNELS,
  SPATIAL_HEIGHT,
  SPATIAL_WIDTH,
  UNIT_CHANNELS,
} from "../src/wasm/program/fields";

export function poolUnit(step: usize, y: i32): void {
  const width = load<i32>(step, OUTPUT_VALUE + SPATIAL_WIDTH);
  for (let x = 0; x < width; x++) poolPixel(step, y, x);
}

/** The first of `taps` positions start, start + dilation, … that is not below 0. */
function firstTap(start: i32, dilation: i32): i32 {
  return start < 0 ? (dilation - 1 - start) / dilation : 0;
}

/** Number of the `taps` positions start, start + dilation, … that are below `size`. */
function tapsBelow(start: i32, dilation: i32, taps: i32, size: i32): i32 {
  return max(0, min(taps, (size - start + dilation - 1) / dilation));
}

function poolPixel(step: usize, outputY: i32, outputX: i32): void {
  const input = step + INPUT_VALUE;
  const isMax = load<i32>(step, OPERATION) == OPERATION_MAX_POOL;
  const height = load<i32>(input, SPATIAL_HEIGHT);
  const width = load<i32>(input, SPATIAL_WIDTH);
  const top = outputY * load<i32>(step, POOL_STRIDES) - load<i32>(step, POOL_PADS);
  const left = outputX * load<i32>(step, POOL_STRIDES + 4) - load<i32>(step, POOL_PADS + 4);
  const stepY = load<i32>(step, POOL_DILATIONS);
  const stepX = load<i32>(step, POOL_DILATIONS + 4);
  const tapsY = load<i32>(step, POOL_KERNEL);
  const tapsX = load<i32>(step, POOL_KERNEL + 4);
  // The taps that are inside the input; no other is read.
  const firstY = firstTap(top, stepY);
  const firstX = firstTap(left, stepX);
  const rows = max(0, tapsBelow(top, stepY, tapsY, height) - firstY);
  const columns = max(0, tapsBelow(left, stepX, tapsX, width) - firstX);
  let count = rows * columns;
  if (load<i32>(step, POOL_PADDED)) {
    const paddedRows = tapsBelow(top, stepY, tapsY, height + load<i32>(step, POOL_PADS_END));
    count = paddedRows * tapsBelow(left, stepX, tapsX, width + load<i32>(step, POOL_PADS_END + 4));
  }
  const from = pixelAt(input, top + firstY * stepY, left + firstX * stepX);
  const columnBytes = stepX * pixelBytes(input);
  const rowBytes = pixelAt(input, stepY, 0) - pixelAt(input, 0, 0);
  const to = pixelAt(step + OUTPUT_VALUE, outputY, outputX);
  const channels = load<i32>(input, SPATIAL_CHANNELS);
  for (let channel = 0; channel < channels; channel += 4) {
    let value = f32x4.splat(isMax ? -Infinity : 0);
    // pmax is one instruction, max eight; but it passes over NaN in what is new, so that is collected apart.
    let nan = i32x4.splat(0);
    let row = from + 4 * channel;
    for (let y = 0; y < rows; y++) {
      let at = row;
      for (let x = 0; x < columns; x++) {
        const next = v128.load(at);
        if (isMax) {
          value = v128.pmax<f32>(value, next);
          nan = v128.or(nan, v128.ne<f32>(next, next));
        } else {
          value = v128.add<f32>(value, next);
        }
        at += columnBytes;
      }
      row += rowBytes;
    }
    if (isMax) value = v128.or(value, nan);
    else value = v128.div<f32>(value, f32x4.splat(<f32>count));
    storeLanes(to + 4 * channel, value, channels - channel);
  }
}

export function meanUnit(step: usize, unit: i32): void {
  const input = step + INPUT_VALUE;
  const channels = load<i32>(input, SPATIAL_CHANNELS);
  const end = min(channels, (unit + 1) * UNIT_CHANNELS);
  for (let channel = unit * UNIT_CHANNELS; channel < end; channel += 4) {
    const mean = meanOfPixels(input, channel, f32x4.splat(0), 1);
    storeLanes(load<usize>(step, MEAN_OUTPUT) + 4 * channel, mean, channels - channel);
  }
}
