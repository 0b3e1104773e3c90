/** A row of a softmax: exponentials of four float32 at a time, which are summed in float64 and kept in the output. */
import { exp } from "./float32";
import { log } from "./float64";
import { storeLanes } from "./lanes";

/** e^(x - largest) for x <= largest, with what rounding the difference loses, which is NaN for x = -∞. */
// @ts-ignore: decorator
@inline
function raised(x: v128, largest: v128): v128 {
  const difference = v128.sub<f32>(x, largest);
  const back = v128.sub<f32>(difference, x);
  const lost = v128.sub<f32>(v128.sub<f32>(x, v128.sub<f32>(difference, back)), v128.add<f32>(largest, back));
  return exp(difference, v128.and(lost, v128.gt<f32>(difference, f32x4.splat(-88))));
}

/** The last one to three floats of a row, and `fill` behind them. */
// @ts-ignore: decorator
@inline
function loadRest(at: usize, left: i32, fill: f32): v128 {
  const inside = v128.lt<i32>(i32x4(0, 1, 2, 3), i32x4.splat(left));
  return v128.bitselect(v128.load(at), f32x4.splat(fill), inside);
}

export function softmaxRow(from: usize, to: usize, count: i32, logarithm: bool): void {
  const rest = count & 3;
  const end = from + 4 * (count - rest);
  let most = f32x4.splat(-Infinity);
  for (let at = from; at < end; at += 16) most = v128.max<f32>(most, v128.load(at));
  if (rest) most = v128.max<f32>(most, loadRest(end, rest, -Infinity));
  most = v128.max<f32>(most, v128.shuffle<i64>(most, most, 1, 0));
  most = v128.max<f32>(most, v128.shuffle<i32>(most, most, 1, 0, 3, 2));
  let a = f64x2.splat(0);
  let b = a;
  let target = to;
  for (let at = from; at < end; at += 16) {
    const value = raised(v128.load(at), most);
    if (KERNEL_SET < 3 || !logarithm) v128.store(target, value);
    target += 16;
    a = v128.add<f64>(a, f64x2.promote_low_f32x4(value));
    b = v128.add<f64>(b, f64x2.promote_low_f32x4(v128.shuffle<i64>(value, value, 1, 1)));
  }
  if (rest) {
    const value = raised(loadRest(end, rest, -Infinity), most);
    if (KERNEL_SET < 3 || !logarithm) storeLanes(target, value, rest);
    a = v128.add<f64>(a, f64x2.promote_low_f32x4(value));
    b = v128.add<f64>(b, f64x2.promote_low_f32x4(v128.shuffle<i64>(value, value, 1, 1)));
  }
  a = v128.add<f64>(a, b);
  const sum = v128.add<f64>(a, v128.shuffle<i64>(a, a, 1, 0));
  if (KERNEL_SET == 3 && logarithm) {
    const shift = v128.add<f64>(f64x2.promote_low_f32x4(most), log(sum));
    for (let index = 0; index < count; index++) {
      const value = v128.sub<f64>(f64x2.promote_low_f32x4(v128.load_splat<f32>(from + 4 * index)), shift);
      v128.store_lane<f32>(to + 4 * index, f32x4.demote_f64x2_zero(value), 0);
    }
    return;
  }
  const factor = f32x4.splat(<f32>(1 / v128.extract_lane<f64>(sum, 0)));
  const last = to + 4 * (count - rest);
  for (; to < last; to += 16) v128.store(to, v128.mul<f32>(v128.load(to), factor));
  if (rest) storeLanes(to, v128.mul<f32>(v128.load(to), factor), rest);
}
