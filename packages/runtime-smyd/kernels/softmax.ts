/** A row of a softmax, in float64. */
import { exp, log } from "./float64";
import { SOFTMAX_COUNT, SOFTMAX_INPUT, SOFTMAX_LOG, SOFTMAX_OUTPUT } from "../src/wasm/program/fields";

export function softmaxUnit(step: usize, row: i32): void {
  const bytes: usize = 4 * load<i32>(step, SOFTMAX_COUNT);
  const from = load<usize>(step, SOFTMAX_INPUT) + row * bytes;
  const to = load<usize>(step, SOFTMAX_OUTPUT) + row * bytes;
  let largest: f32 = -Infinity;
  for (let at: usize = 0; at < bytes; at += 4) largest = max<f32>(largest, load<f32>(from + at));
  let sum: f64 = 0;
  for (let at: usize = 0; at < bytes; at += 4) sum += raised(load<f32>(from + at), largest);
  const logarithm = load<i32>(step, SOFTMAX_LOG) != 0;
  const logSum = log(sum);
  for (let at: usize = 0; at < bytes; at += 4) {
    const value = load<f32>(from + at);
    store<f32>(to + at, <f32>(logarithm ? <f64>value - <f64>largest - logSum : raised(value, largest) / sum));
  }
}

/** e^(value - largest) */
function raised(value: f32, largest: f32): f64 {
  return v128.extract_lane<f64>(exp(f64x2.splat(<f64>value - <f64>largest)), 0);
}
