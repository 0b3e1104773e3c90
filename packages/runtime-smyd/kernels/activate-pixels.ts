/** Activations of a panel's eight channels over a block of pixels, while they are still in the cache. */
import { activate, straight } from "./activation";
import { normalDistribution, silu } from "./float32";
import {
  ACTIVATION,
  ACTIVATION_GELU,
  ACTIVATION_HARD_SWISH,
  ACTIVATION_LIMITS,
  ACTIVATION_SILU,
} from "../src/wasm/program/fields";

/**
 * @param output address of the panel's first channel
 * @param table bytes from there to each pixel's
 */
export function activatePixels(step: usize, output: usize, table: usize, pixels: i32): void {
  const end = table + 4 * pixels;
  switch (load<i32>(step, ACTIVATION)) {
    case ACTIVATION_LIMITS:
      return;
    case ACTIVATION_SILU:
      return siluPixels(step, output, table, end);
    case ACTIVATION_GELU:
      return geluPixels(step, output, table, end);
    case ACTIVATION_HARD_SWISH:
      return hardSwishPixels(step, output, table, end);
    default:
      return everyPixel(-1, step, output, table, end);
  }
}

/** `kind` is a constant at every call: the loop has one curve, and the compiler takes its constants out of it. */
// @ts-ignore: decorator
@inline
function everyPixel(kind: i32, step: usize, output: usize, table: usize, end: usize): void {
  for (; table < end; table += 4) {
    let at = output + load<i32>(table);
    for (const last = at + 32; at < last; at += 16) v128.store(at, one(kind, step, v128.load(at)));
  }
}

// @ts-ignore: decorator
@inline
function one(kind: i32, step: usize, value: v128): v128 {
  if (kind == ACTIVATION_SILU) return silu(value);
  if (kind == ACTIVATION_GELU) return v128.mul<f32>(value, normalDistribution(value));
  if (kind == ACTIVATION_HARD_SWISH) return straight(step, kind, value);
  return activate(step, value);
}

function siluPixels(step: usize, output: usize, table: usize, end: usize): void {
  everyPixel(ACTIVATION_SILU, step, output, table, end);
}

function geluPixels(step: usize, output: usize, table: usize, end: usize): void {
  everyPixel(ACTIVATION_GELU, step, output, table, end);
}

function hardSwishPixels(step: usize, output: usize, table: usize, end: usize): void {
  everyPixel(ACTIVATION_HARD_SWISH, step, output, table, end);
}
