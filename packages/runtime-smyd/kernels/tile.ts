/**
 * The micro-kernel: up to six pixels × eight output channels, held in twelve accumulators while every input of those
 * pixels passes by. Each output is one sum in the order of the weights. A single pixel leaves ten registers free, and
 * is most often a classifier, with thousands of products and large sums on the way: it is summed in blocks, which
 * rounds a quarter as much.
 */
import { multiplyAdd } from "./multiply-add";
import {
  CONV_DEPTH,
  CONV_INPUT_PIXELS,
  CONV_RESIDUAL_PIXELS,
  CONV_TAPS,
  CONV_TAP_COUNT,
  HIGH,
  LOW,
  TILE_BIAS,
  TILE_INPUT,
  TILE_OUTPUT,
  TILE_OUTPUT_PIXELS,
  TILE_RESIDUAL,
  TILE_WEIGHTS,
} from "../src/wasm/program/fields";

/** Products of a single pixel that are added up before they go to the sum. */
const BLOCK = 128;

/** Stores one pixel's eight sums: residual, limits, memory. */
// @ts-ignore: decorator
@inline
function finish(step: usize, panel: usize, a: v128, b: v128, pixel: usize, to: usize): void {
  const residual = load<usize>(panel, TILE_RESIDUAL);
  if (residual) {
    const from = residual + load<i32>(load<usize>(step, CONV_RESIDUAL_PIXELS) + pixel);
    a = v128.add<f32>(a, v128.load(from));
    b = v128.add<f32>(b, v128.load(from, 16));
  }
  const low = v128.load_splat<f32>(step, LOW);
  const high = v128.load_splat<f32>(step, HIGH);
  v128.store(to, v128.pmin<f32>(v128.pmax<f32>(a, low), high));
  v128.store(to, v128.pmin<f32>(v128.pmax<f32>(b, low), high), 16);
}

/**
 * `size` pixels × one panel. `size` is a constant at every call: the compiler drops what it does not need.
 *
 * @param panel address of what the tiles of one panel share, in the thread's scratch memory
 * @param pixel the first pixel's place in the tables, in bytes
 */
// @ts-ignore: decorator
@inline
function tile(size: i32, step: usize, panel: usize, pixel: usize): void {
  const input = load<usize>(panel, TILE_INPUT);
  const inputPixels = load<usize>(step, CONV_INPUT_PIXELS) + pixel;
  let x0: usize = input + load<i32>(inputPixels);
  let x1: usize = size > 1 ? input + load<i32>(inputPixels, 4) : 0;
  let x2: usize = size > 2 ? input + load<i32>(inputPixels, 8) : 0;
  let x3: usize = size > 3 ? input + load<i32>(inputPixels, 12) : 0;
  let x4: usize = size > 4 ? input + load<i32>(inputPixels, 16) : 0;
  let x5: usize = size > 5 ? input + load<i32>(inputPixels, 20) : 0;
  let a0 = f32x4.splat(0);
  let b0 = a0;
  const bias = load<usize>(panel, TILE_BIAS);
  if (bias) {
    a0 = v128.load(bias);
    b0 = v128.load(bias, 16);
  }
  let a1 = a0;
  let a2 = a0;
  let a3 = a0;
  let a4 = a0;
  let a5 = a0;
  let b1 = b0;
  let b2 = b0;
  let b3 = b0;
  let b4 = b0;
  let b5 = b0;
  let weights = load<usize>(panel, TILE_WEIGHTS);
  const depth: i32 = load<i32>(step, CONV_DEPTH);
  let tap: usize = load<usize>(step, CONV_TAPS);
  const lastTap: usize = tap + 4 * load<usize>(step, CONV_TAP_COUNT);
  let at = 0;
  while (tap < lastTap) {
    // The pointers are where the last tap ended; six additions a tap bring them to the next.
    const move = load<i32>(tap) - at;
    at += move + 4 * depth;
    tap += 4;
    x0 += move;
    x1 += move;
    x2 += move;
    x3 += move;
    x4 += move;
    x5 += move;
    const end = weights + 32 * depth;
    while (size == 1 && weights < end) {
      const blockEnd = min(end, weights + 32 * BLOCK);
      let a = f32x4.splat(0);
      let b = a;
      while (weights < blockEnd) {
        const p0 = v128.load_splat<f32>(x0);
        a = multiplyAdd(a, p0, v128.load(weights));
        b = multiplyAdd(b, p0, v128.load(weights, 16));
        weights += 32;
        x0 += 4;
      }
      a0 = v128.add<f32>(a0, a);
      b0 = v128.add<f32>(b0, b);
    }
    while (weights < end) {
      const w0 = v128.load(weights);
      const w1 = v128.load(weights, 16);
      const p0 = v128.load_splat<f32>(x0);
      a0 = multiplyAdd(a0, p0, w0);
      b0 = multiplyAdd(b0, p0, w1);
      if (size > 1) {
        const p1 = v128.load_splat<f32>(x1);
        a1 = multiplyAdd(a1, p1, w0);
        b1 = multiplyAdd(b1, p1, w1);
      }
      if (size > 2) {
        const p2 = v128.load_splat<f32>(x2);
        a2 = multiplyAdd(a2, p2, w0);
        b2 = multiplyAdd(b2, p2, w1);
      }
      // TurboFan (V8 before 12) loads every pixel of a basic block before it uses the first, and spills accumulators.
      // It moves no load across a branch; this one is never taken, for no pixel is at 0.
      if (size > 4 && x3 == 0) break;
      if (size > 3) {
        const p3 = v128.load_splat<f32>(x3);
        a3 = multiplyAdd(a3, p3, w0);
        b3 = multiplyAdd(b3, p3, w1);
      }
      if (size > 4) {
        const p4 = v128.load_splat<f32>(x4);
        a4 = multiplyAdd(a4, p4, w0);
        b4 = multiplyAdd(b4, p4, w1);
      }
      if (size > 5) {
        const p5 = v128.load_splat<f32>(x5);
        a5 = multiplyAdd(a5, p5, w0);
        b5 = multiplyAdd(b5, p5, w1);
      }
      weights += 32;
      x0 += 4;
      x1 += 4;
      x2 += 4;
      x3 += 4;
      x4 += 4;
      x5 += 4;
    }
  }
  const output = load<usize>(panel, TILE_OUTPUT);
  const outputPixels = load<usize>(panel, TILE_OUTPUT_PIXELS) + pixel;
  // From the last to the first: TurboFan (V8 before 12) orders the loop above by what comes after it, and only so puts
  // each load beside its use. In the other order it loads all pixels first and spills accumulators: a third slower.
  if (size > 5) finish(step, panel, a5, b5, pixel + 20, output + load<i32>(outputPixels, 20));
  if (size > 4) finish(step, panel, a4, b4, pixel + 16, output + load<i32>(outputPixels, 16));
  if (size > 3) finish(step, panel, a3, b3, pixel + 12, output + load<i32>(outputPixels, 12));
  if (size > 2) finish(step, panel, a2, b2, pixel + 8, output + load<i32>(outputPixels, 8));
  if (size > 1) finish(step, panel, a1, b1, pixel + 4, output + load<i32>(outputPixels, 4));
  finish(step, panel, a0, b0, pixel, output + load<i32>(outputPixels));
}

// A function each: within one, the optimizer merges the tiles' bodies again and asks for the size in the innermost
// loop.
function tile1(step: usize, panel: usize, pixel: usize): void {
  tile(1, step, panel, pixel);
}

function tile2(step: usize, panel: usize, pixel: usize): void {
  tile(2, step, panel, pixel);
}

function tile3(step: usize, panel: usize, pixel: usize): void {
  tile(3, step, panel, pixel);
}

function tile4(step: usize, panel: usize, pixel: usize): void {
  tile(4, step, panel, pixel);
}

function tile5(step: usize, panel: usize, pixel: usize): void {
  tile(5, step, panel, pixel);
}

function tile6(step: usize, panel: usize, pixel: usize): void {
  tile(6, step, panel, pixel);
}

/** Runs the micro-kernel for 1 to 6 pixels. */
export function runTile(size: i32, step: usize, panel: usize, pixel: usize): void {
  switch (size) {
    case 1:
      return tile1(step, panel, pixel);
    case 2:
      return tile2(step, panel, pixel);
    case 3:
      return tile3(step, panel, pixel);
    case 4:
      return tile4(step, panel, pixel);
    case 5:
      return tile5(step, panel, pixel);
    default:
      return tile6(step, panel, pixel);
  }
}
