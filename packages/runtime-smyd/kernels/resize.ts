/** A unit of a resized axis: some positions, each the weighted sum of runs of floats, in float64. */
import { storeLanes } from "./lanes";
import {
  RESIZE_COUNT,
  RESIZE_FLOATS,
  RESIZE_INITIAL,
  RESIZE_INPUT,
  RESIZE_INPUT_LINES,
  RESIZE_OFFSETS,
  RESIZE_OUTPUT,
  RESIZE_OUTPUT_LINES,
  RESIZE_OUTPUT_STRIDE,
  RESIZE_POSITIONS,
  RESIZE_STARTS,
  RESIZE_UNIT,
  RESIZE_WEIGHTS,
} from "../src/wasm/program/fields";

export function resizeUnit(step: usize, unit: i32): void {
  const size = load<i32>(step, RESIZE_UNIT);
  const positions = load<i32>(step, RESIZE_POSITIONS);
  const end = min(size * (unit + 1), load<i32>(step, RESIZE_COUNT));
  for (let index = size * unit; index < end; index++) {
    const line: usize = 4 * (index / positions);
    const position = index % positions;
    const from = load<usize>(step, RESIZE_INPUT) + load<i32>(load<usize>(step, RESIZE_INPUT_LINES) + line);
    const to = load<usize>(step, RESIZE_OUTPUT) + load<i32>(load<usize>(step, RESIZE_OUTPUT_LINES) + line);
    resizePosition(step, position, from, to + position * load<i32>(step, RESIZE_OUTPUT_STRIDE));
  }
}

function resizePosition(step: usize, position: usize, from: usize, to: usize): void {
  const floats = load<i32>(step, RESIZE_FLOATS);
  const initial = f64x2.splat(<f64>load<f32>(load<usize>(step, RESIZE_INITIAL) + 4 * position));
  const starts = load<usize>(step, RESIZE_STARTS) + 4 * position;
  const first: usize = 4 * load<i32>(starts);
  const last: usize = 4 * load<i32>(starts, 4);
  const offsets = load<usize>(step, RESIZE_OFFSETS);
  const weights = load<usize>(step, RESIZE_WEIGHTS);
  for (let at = 0; at < floats; at += 4) {
    let low = initial;
    let high = initial;
    for (let tap = first; tap < last; tap += 4) {
      let value = v128.load(from + load<i32>(offsets + tap) + 4 * at);
      const weight = f64x2.splat(<f64>load<f32>(weights + tap));
      low = v128.add<f64>(low, v128.mul<f64>(weight, f64x2.promote_low_f32x4(value)));
      value = v128.shuffle<i32>(value, value, 2, 3, 2, 3);
      high = v128.add<f64>(high, v128.mul<f64>(weight, f64x2.promote_low_f32x4(value)));
    }
    const sum = v128.shuffle<i32>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 1, 4, 5);
    storeLanes(to + 4 * at, sum, floats - at);
  }
}
