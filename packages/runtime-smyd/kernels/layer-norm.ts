/** A row of a layer norm: its moments in float64, the elements centered before they are squared. */
import { storeLanes } from "./lanes";
import { ROW_BIAS, ROW_EPSILON, ROW_SCALE } from "../src/wasm/program/fields";

/** The two pairs of four floats from here on, minus the center; of those behind the row's end, zeros. */
// @ts-ignore: decorator
@inline
function centered(at: usize, center: v128, left: i32, high: bool): v128 {
  const value = v128.load(at);
  const pair = f64x2.promote_low_f32x4(high ? v128.shuffle<i64>(value, value, 1, 1) : value);
  const distance = v128.sub<f64>(pair, center);
  if (left >= 4) return distance;
  const first = high ? 2 : 0;
  return v128.and(distance, i64x2(left > first ? -1 : 0, left > first + 1 ? -1 : 0));
}

export function layerNormRow(step: usize, from: usize, to: usize, count: i32): void {
  const scale = load<usize>(step, ROW_SCALE);
  const bias = load<usize>(step, ROW_BIAS);
  let center = f64x2.splat(0);
  let factor = center;
  for (let power = 1; power <= 2; power++) {
    let a = f64x2.splat(0);
    let b = a;
    for (let index = 0; index < count; index += 4) {
      const low = centered(from + 4 * index, center, count - index, false);
      const high = centered(from + 4 * index, center, count - index, true);
      a = v128.add<f64>(a, power == 1 ? low : v128.mul<f64>(low, low));
      b = v128.add<f64>(b, power == 1 ? high : v128.mul<f64>(high, high));
    }
    a = v128.add<f64>(a, b);
    a = v128.add<f64>(a, v128.shuffle<i64>(a, a, 1, 0));
    a = v128.div<f64>(a, f64x2.splat(<f64>count));
    if (power == 1) center = a;
    else factor = v128.add<f64>(a, f64x2.splat(<f64>load<f32>(step, ROW_EPSILON)));
  }
  factor = v128.div<f64>(f64x2.splat(1), v128.sqrt<f64>(factor));
  for (let index = 0; index < count; index += 4) {
    const at: usize = 4 * index;
    const low = v128.mul<f64>(centered(from + at, center, 4, false), factor);
    const high = v128.mul<f64>(centered(from + at, center, 4, true), factor);
    let value = v128.shuffle<i64>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 2);
    value = v128.mul<f32>(value, v128.load(scale + at));
    if (bias) value = v128.add<f32>(value, v128.load(bias + at));
    storeLanes(to + at, value, count - index);
  }
}
