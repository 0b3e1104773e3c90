/** A unit of a depthwise convolution: some pixels, all channels, eight at a time. */
import { activate } from "./activation";
import { expandWeights, weightBytes } from "./expand";
import { storeLanes } from "./lanes";
import {
  CONV_BIAS,
  CONV_INPUT,
  CONV_INPUT_PIXELS,
  CONV_OUTPUT,
  CONV_OUTPUT_PIXELS,
  CONV_PIXELS,
  CONV_RESIDUAL,
  CONV_RESIDUAL_PIXELS,
  CONV_SCALES,
  CONV_STORAGE,
  CONV_TAPS,
  CONV_TAP_COUNT,
  CONV_WEIGHTS,
  DEPTHWISE_CHANNELS,
  DEPTHWISE_UNIT_PIXELS,
  SCRATCH_WEIGHTS,
  STORAGE_FLOAT32,
} from "../src/wasm/program/fields";

export function depthwiseUnit(step: usize, unit: i32, scratch: usize): void {
  const unitPixels = load<i32>(step, DEPTHWISE_UNIT_PIXELS);
  const first = unit * unitPixels;
  const end = min(first + unitPixels, load<i32>(step, CONV_PIXELS));
  const channels = load<i32>(step, DEPTHWISE_CHANNELS);
  const taps = load<i32>(step, CONV_TAP_COUNT);
  const storage = load<i32>(step, CONV_STORAGE);
  const rowBytes: usize = ((channels + 7) & ~7) * weightBytes(storage);
  for (let channel = 0; channel < channels; channel += 8) {
    let weights = load<usize>(step, CONV_WEIGHTS) + channel * weightBytes(storage);
    let tapBytes = rowBytes;
    if (storage != STORAGE_FLOAT32) {
      const scales = load<usize>(step, CONV_SCALES) + 4 * channel;
      for (let tap = 0; tap < taps; tap++) {
        expandWeights(storage, weights + tap * rowBytes, 1, scales, scratch + SCRATCH_WEIGHTS + 32 * tap);
      }
      weights = scratch + SCRATCH_WEIGHTS;
      tapBytes = 32;
    }
    for (let pixel = first; pixel < end; pixel++) depthwisePixel(step, 4 * pixel, channel, weights, tapBytes);
  }
}

/** Eight channels of one pixel. */
function depthwisePixel(step: usize, pixel: usize, channel: i32, weights: usize, tapBytes: usize): void {
  let a = f32x4.splat(0);
  let b = a;
  const bias = load<usize>(step, CONV_BIAS);
  if (bias) {
    a = v128.load(bias + 4 * channel);
    b = v128.load(bias + 4 * channel, 16);
  }
  const input = load<usize>(step, CONV_INPUT) + load<i32>(load<usize>(step, CONV_INPUT_PIXELS) + pixel) + 4 * channel;
  let tap = load<usize>(step, CONV_TAPS);
  const end = tap + 4 * load<usize>(step, CONV_TAP_COUNT);
  for (; tap < end; tap += 4) {
    const from = input + load<i32>(tap);
    a = v128.add<f32>(a, v128.mul<f32>(v128.load(from), v128.load(weights)));
    b = v128.add<f32>(b, v128.mul<f32>(v128.load(from, 16), v128.load(weights, 16)));
    weights += tapBytes;
  }
  const residual = load<usize>(step, CONV_RESIDUAL);
  if (residual) {
    const from = residual + load<i32>(load<usize>(step, CONV_RESIDUAL_PIXELS) + pixel) + 4 * channel;
    a = v128.add<f32>(a, v128.load(from));
    b = v128.add<f32>(b, v128.load(from, 16));
  }
  const to = load<usize>(step, CONV_OUTPUT) + load<i32>(load<usize>(step, CONV_OUTPUT_PIXELS) + pixel) + 4 * channel;
  const lanes = load<i32>(step, DEPTHWISE_CHANNELS) - channel;
  storeLanes(to, activate(step, a), lanes);
  storeLanes(to + 16, activate(step, b), lanes - 4);
}
