/** A unit of a depthwise convolution: some pixels, all channels, eight at a time. */
import { activate, activatePixels } from "./activation";
import { expandWeights, weightBytes } from "./expand";
import { storeLanes } from "./lanes";
import { multiplyAdd } from "./multiply-add";
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
  HIGH,
  LOW,
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
    let pixel = first;
    if (channel + 8 <= channels) {
      for (; pixel + 4 <= end; pixel += 4) fourPixels(step, 4 * pixel, channel, weights, tapBytes);
    }
    for (; pixel < end; pixel++) onePixel(step, 4 * pixel, channel, weights, tapBytes);
    if (channel + 8 <= channels) {
      const table = load<usize>(step, CONV_OUTPUT_PIXELS) + 4 * first;
      activatePixels(step, load<usize>(step, CONV_OUTPUT) + 4 * channel, table, end - first);
    }
  }
}

/**
 * Eight channels of `size` pixels. `size` is a constant at every call: the compiler drops what it does not need.
 *
 * @param pixel the first pixel's place in the tables, in bytes
 */
// @ts-ignore: decorator
@inline
function tile(size: i32, step: usize, pixel: usize, channel: i32, weights: usize, tapBytes: usize): void {
  const input = load<usize>(step, CONV_INPUT) + 4 * channel;
  const inputPixels = load<usize>(step, CONV_INPUT_PIXELS) + pixel;
  const x0: usize = input + load<i32>(inputPixels);
  const x1: usize = size > 1 ? input + load<i32>(inputPixels, 4) : 0;
  const x2: usize = size > 2 ? input + load<i32>(inputPixels, 8) : 0;
  const x3: usize = size > 3 ? input + load<i32>(inputPixels, 12) : 0;
  let a0 = f32x4.splat(0);
  let b0 = a0;
  const bias = load<usize>(step, CONV_BIAS);
  if (bias) {
    a0 = v128.load(bias + 4 * channel);
    b0 = v128.load(bias + 4 * channel, 16);
  }
  let a1 = a0;
  let a2 = a0;
  let a3 = a0;
  let b1 = b0;
  let b2 = b0;
  let b3 = b0;
  let tap = load<usize>(step, CONV_TAPS);
  const end = tap + 4 * load<usize>(step, CONV_TAP_COUNT);
  for (; tap < end; tap += 4) {
    const move: usize = load<i32>(tap);
    const w0 = v128.load(weights);
    const w1 = v128.load(weights, 16);
    a0 = multiplyAdd(a0, v128.load(x0 + move), w0);
    b0 = multiplyAdd(b0, v128.load(x0 + move, 16), w1);
    if (size > 1) {
      a1 = multiplyAdd(a1, v128.load(x1 + move), w0);
      b1 = multiplyAdd(b1, v128.load(x1 + move, 16), w1);
    }
    if (size > 2) {
      a2 = multiplyAdd(a2, v128.load(x2 + move), w0);
      b2 = multiplyAdd(b2, v128.load(x2 + move, 16), w1);
    }
    if (size > 3) {
      a3 = multiplyAdd(a3, v128.load(x3 + move), w0);
      b3 = multiplyAdd(b3, v128.load(x3 + move, 16), w1);
    }
    weights += tapBytes;
  }
  if (size > 3) finish(step, pixel + 12, channel, a3, b3);
  if (size > 2) finish(step, pixel + 8, channel, a2, b2);
  if (size > 1) finish(step, pixel + 4, channel, a1, b1);
  finish(step, pixel, channel, a0, b0);
}

/** Stores one pixel's sums: residual, limits, memory. Of a panel that is not full, the whole activation too. */
// @ts-ignore: decorator
@inline
function finish(step: usize, pixel: usize, channel: i32, a: v128, b: v128): void {
  const residual = load<usize>(step, CONV_RESIDUAL);
  if (residual) {
    const from = residual + load<i32>(load<usize>(step, CONV_RESIDUAL_PIXELS) + pixel) + 4 * channel;
    a = v128.add<f32>(a, v128.load(from));
    b = v128.add<f32>(b, v128.load(from, 16));
  }
  const to = load<usize>(step, CONV_OUTPUT) + load<i32>(load<usize>(step, CONV_OUTPUT_PIXELS) + pixel) + 4 * channel;
  const lanes = load<i32>(step, DEPTHWISE_CHANNELS) - channel;
  if (lanes >= 8) {
    const low = v128.load_splat<f32>(step, LOW);
    const high = v128.load_splat<f32>(step, HIGH);
    v128.store(to, v128.pmin<f32>(v128.pmax<f32>(a, low), high));
    v128.store(to, v128.pmin<f32>(v128.pmax<f32>(b, low), high), 16);
    return;
  }
  storeLanes(to, activate(step, a), lanes);
  storeLanes(to + 16, activate(step, b), lanes - 4);
}

// A function each, as with the tiles of a convolution.
function fourPixels(step: usize, pixel: usize, channel: i32, weights: usize, tapBytes: usize): void {
  tile(4, step, pixel, channel, weights, tapBytes);
}

function onePixel(step: usize, pixel: usize, channel: i32, weights: usize, tapBytes: usize): void {
  tile(1, step, pixel, channel, weights, tapBytes);
}
