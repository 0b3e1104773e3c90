/**
 * Activations of four float32 at a time. Those that networks have after every layer have formulas in float32; the other
 * curves are computed in float64, two at a time: a plain formula is then exact to about one unit in the last place of
 * float32, without case distinctions for cancellation.
 */
import {
  ACTIVATION,
  ACTIVATION_ELU,
  ACTIVATION_ERF,
  ACTIVATION_GELU,
  ACTIVATION_GELU_TANH,
  ACTIVATION_HARD_SIGMOID,
  ACTIVATION_HARD_SWISH,
  ACTIVATION_LEAKY_RELU,
  ACTIVATION_LIMITS,
  ACTIVATION_SIGMOID,
  ACTIVATION_SILU,
  ACTIVATION_SOFTPLUS,
  ALPHA,
  BETA,
  HIGH,
  LOW,
} from "../src/wasm/program/fields";
import { expm1, log1p } from "./curves";
import { normalDistribution, sigmoid, silu } from "./float32";
import { erf, exp } from "./float64";

/** Applies a step's activation: its limits, then its curve. */
export function activate(step: usize, value: v128): v128 {
  // pmax and pmin are one instruction each, and hand NaN on.
  value = v128.pmin<f32>(v128.pmax<f32>(value, v128.load_splat<f32>(step, LOW)), v128.load_splat<f32>(step, HIGH));
  const kind = load<i32>(step, ACTIVATION);
  if (kind == ACTIVATION_LIMITS) return value;
  if (kind <= ACTIVATION_HARD_SWISH) return straight(step, kind, value);
  if (kind == ACTIVATION_SIGMOID) return sigmoid(value);
  if (kind == ACTIVATION_SILU) return silu(value);
  if (kind == ACTIVATION_GELU) return v128.mul<f32>(value, normalDistribution(value));
  if (kind == ACTIVATION_GELU_TANH) {
    // ½ (1 + tanh u) is the sigmoid of 2u = 2 √(2/π) (x + 0.044715 x³).
    const slope = v128.add<f32>(v128.mul<f32>(v128.mul<f32>(value, value), f32x4.splat(0.07135481282636)), f32x4.splat(1.5957691216057308));
    return v128.mul<f32>(value, sigmoid(v128.mul<f32>(value, slope)));
  }
  const low = curve(step, kind, f64x2.promote_low_f32x4(value));
  const high = curve(step, kind, f64x2.promote_low_f32x4(v128.shuffle<i32>(value, value, 2, 3, 2, 3)));
  return v128.shuffle<i32>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 1, 4, 5);
}

/** The piecewise linear ones: leaky ReLU, hard sigmoid, hard swish. */
// @ts-ignore: decorator
@inline
function straight(step: usize, kind: i32, value: v128): v128 {
  const alpha = v128.load_splat<f32>(step, ALPHA);
  if (kind == ACTIVATION_LEAKY_RELU) {
    const negative = v128.lt<f32>(value, f32x4.splat(0));
    return v128.bitselect(v128.mul<f32>(value, alpha), value, negative);
  }
  const ramp = v128.add<f32>(v128.mul<f32>(value, alpha), v128.load_splat<f32>(step, BETA));
  const sigmoid = v128.pmin<f32>(v128.pmax<f32>(ramp, f32x4.splat(0)), f32x4.splat(1));
  return kind == ACTIVATION_HARD_SIGMOID ? sigmoid : v128.mul<f32>(value, sigmoid);
}

function curve(step: usize, kind: i32, x: v128): v128 {
  const one = f64x2.splat(1);
  if (kind > ACTIVATION_ERF) return KERNEL_SET == 3 ? rareCurve(step, kind, x) : unreachable();
  if (kind == ACTIVATION_ERF) return erf(x);
  // tanh x = 1 - 2 / (1 + e^2x); below 2^-20 it is x itself to float32's precision, and the formula would cancel.
  const raised = exp(v128.add<f64>(x, x));
  const result = v128.sub<f64>(one, v128.div<f64>(f64x2.splat(2), v128.add<f64>(one, raised)));
  return v128.bitselect(x, result, v128.lt<f64>(v128.abs<f64>(x), f64x2.splat(1 / 1048576.0)));
}

function rareCurve(step: usize, kind: i32, x: v128): v128 {
  const zero = f64x2.splat(0);
  if (kind == ACTIVATION_ELU) {
    const negative = v128.mul<f64>(expm1(x), f64x2.splat(<f64>load<f32>(step, ALPHA)));
    return v128.bitselect(negative, x, v128.lt<f64>(x, zero));
  }
  if (kind == ACTIVATION_SOFTPLUS) {
    return v128.add<f64>(v128.max<f64>(x, zero), log1p(exp(v128.neg<f64>(v128.abs<f64>(x)))));
  }
  // Mish: tanh (ln (1 + t)) = n / (n + 2) with n = t (t + 2), t = e^x; at x = 40 it is 1.
  const raised = exp(v128.pmin<f64>(x, f64x2.splat(40)));
  // What exp clips is 0, so that -∞ gives NaN as the product does.
  const t = v128.andnot(raised, v128.lt<f64>(raised, f64x2.splat(1e-300)));
  const n = v128.mul<f64>(t, v128.add<f64>(t, f64x2.splat(2)));
  return v128.div<f64>(v128.mul<f64>(x, n), v128.add<f64>(n, f64x2.splat(2)));
}

/**
 * Applies a step's activation to a panel's eight channels over a block of pixels, while they are still in the cache.
 *
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
