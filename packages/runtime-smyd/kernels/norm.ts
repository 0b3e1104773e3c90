/** Batch norms, a unit a row; instance norms, a unit some channels. */
import { activate } from "./activation";
import { storeLanes } from "./lanes";
import { meanOfPixels, pixelAt, pixelBytes } from "./spatial";
import {
  INPUT_VALUE,
  NORM_BIAS,
  NORM_EPSILON,
  NORM_MEAN,
  NORM_SCALE,
  NORM_VARIANCE,
  OUTPUT_VALUE,
  SPATIAL_CHANNELS,
  SPATIAL_HEIGHT,
  SPATIAL_WIDTH,
  UNIT_CHANNELS,
} from "../src/wasm/program/fields";

export function batchNormUnit(step: usize, y: i32): void {
  const channels = load<i32>(step, INPUT_VALUE + SPATIAL_CHANNELS);
  for (let channel = 0; channel < channels; channel += 4) {
    const mean = v128.load(load<usize>(step, NORM_MEAN) + 4 * channel);
    const variance = v128.load(load<usize>(step, NORM_VARIANCE) + 4 * channel);
    normalizeRow(step, y, channel, mean, variance);
  }
}

export function instanceNormUnit(step: usize, unit: i32): void {
  const input = step + INPUT_VALUE;
  const height = load<i32>(input, SPATIAL_HEIGHT);
  const end = min(load<i32>(input, SPATIAL_CHANNELS), (unit + 1) * UNIT_CHANNELS);
  for (let channel = unit * UNIT_CHANNELS; channel < end; channel += 4) {
    const mean = meanOfPixels(input, channel, f32x4.splat(0), 1);
    const variance = meanOfPixels(input, channel, mean, 2);
    for (let y = 0; y < height; y++) normalizeRow(step, y, channel, mean, variance);
  }
}

/** Four channels of a row: (x - mean) · scale / sqrt(variance + epsilon) + bias, and the activation. */
function normalizeRow(step: usize, y: i32, channel: i32, mean: v128, variance: v128): void {
  const input = step + INPUT_VALUE;
  const lanes = load<i32>(input, SPATIAL_CHANNELS) - channel;
  const deviation = v128.sqrt<f32>(v128.add<f32>(variance, v128.load_splat<f32>(step, NORM_EPSILON)));
  const factor = v128.div<f32>(v128.load(load<usize>(step, NORM_SCALE) + 4 * channel), deviation);
  const bias = v128.load(load<usize>(step, NORM_BIAS) + 4 * channel);
  let from = pixelAt(input, y, 0) + 4 * channel;
  let to = pixelAt(step + OUTPUT_VALUE, y, 0) + 4 * channel;
  const bytes = pixelBytes(input);
  const end = pixelAt(input, y, load<i32>(input, SPATIAL_WIDTH));
  for (; from < end; from += bytes, to += bytes) {
    const normal = v128.mul<f32>(v128.sub<f32>(v128.load(from), mean), factor);
    storeLanes(to, activate(step, v128.add<f32>(normal, bias)), lanes);
  }
}
