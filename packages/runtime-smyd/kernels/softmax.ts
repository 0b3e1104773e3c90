/** A row of a softmax: exponentials of four float32 at a time, which are summed in float64 and kept in the output. */
import { log } from "./float64";
import { storeLanes } from "./lanes";

/** ln 2 in two parts, of which the first times any exponent is exact. */
const LN2_HIGH: f32 = 0.693359375;
const LN2_LOW: f32 = -2.12194440054690583e-4;

// @ts-ignore: decorator
@inline
function term(sum: v128, x: v128, coefficient: f32): v128 {
  return v128.add<f32>(v128.mul<f32>(sum, x), f32x4.splat(coefficient));
}

/**
 * e^(x - largest) for x <= largest, to about one unit in the last place: what rounding the difference loses is added
 * to the rest r of 2^n · e^r, |r| <= ln 2 / 2, which Taylor's series to r^7 raises. Below the smallest normal float32
 * it is 0.
 */
function raised(x: v128, largest: v128): v128 {
  const difference = v128.sub<f32>(x, largest);
  const back = v128.sub<f32>(difference, x);
  const lost = v128.sub<f32>(v128.sub<f32>(x, v128.sub<f32>(difference, back)), v128.add<f32>(largest, back));
  const clipped = v128.pmax<f32>(difference, f32x4.splat(-87.5));
  const n = v128.nearest<f32>(v128.mul<f32>(clipped, f32x4.splat(<f32>Math.LOG2E)));
  let r = v128.sub<f32>(clipped, v128.mul<f32>(n, f32x4.splat(LN2_HIGH)));
  r = v128.add<f32>(r, v128.sub<f32>(lost, v128.mul<f32>(n, f32x4.splat(LN2_LOW))));
  let p = f32x4.splat(1 / 5040.0);
  p = term(p, r, 1 / 720.0);
  p = term(p, r, 1 / 120.0);
  p = term(p, r, 1 / 24.0);
  p = term(p, r, 1 / 6.0);
  p = term(p, r, 0.5);
  p = term(p, r, 1);
  p = term(p, r, 1);
  const scale = v128.shl<i32>(v128.add<i32>(i32x4.trunc_sat_f32x4_s(n), i32x4.splat(127)), 23);
  return v128.andnot(v128.mul<f32>(p, scale), v128.lt<f32>(difference, f32x4.splat(-87.33654)));
}

/** Four floats; those behind the row's end are `fill`. */
// @ts-ignore: decorator
@inline
function load4(at: usize, left: i32, fill: f32): v128 {
  const value = v128.load(at);
  if (left >= 4) return value;
  const inside = v128.lt<i32>(i32x4(0, 1, 2, 3), i32x4.splat(left));
  return v128.bitselect(value, f32x4.splat(fill), inside);
}

export function softmaxRow(from: usize, to: usize, count: i32, logarithm: bool): void {
  let most = f32x4.splat(-Infinity);
  for (let index = 0; index < count; index += 4) {
    most = v128.max<f32>(most, load4(from + 4 * index, count - index, -Infinity));
  }
  most = v128.max<f32>(most, v128.shuffle<i64>(most, most, 1, 0));
  most = v128.max<f32>(most, v128.shuffle<i32>(most, most, 1, 0, 3, 2));
  let a = f64x2.splat(0);
  let b = a;
  for (let index = 0; index < count; index += 4) {
    const value = raised(load4(from + 4 * index, count - index, -Infinity), most);
    if (!logarithm) storeLanes(to + 4 * index, value, count - index);
    a = v128.add<f64>(a, f64x2.promote_low_f32x4(value));
    b = v128.add<f64>(b, f64x2.promote_low_f32x4(v128.shuffle<i64>(value, value, 1, 1)));
  }
  a = v128.add<f64>(a, b);
  const sum = v128.add<f64>(a, v128.shuffle<i64>(a, a, 1, 0));
  if (logarithm) {
    const shift = v128.add<f64>(f64x2.promote_low_f32x4(most), log(sum));
    for (let index = 0; index < count; index++) {
      const value = v128.sub<f64>(f64x2.promote_low_f32x4(v128.load_splat<f32>(from + 4 * index)), shift);
      v128.store_lane<f32>(to + 4 * index, f32x4.demote_f64x2_zero(value), 0);
    }
    return;
  }
  const factor = f32x4.splat(<f32>(1 / v128.extract_lane<f64>(sum, 0)));
  for (let index = 0; index < count; index += 4) {
    const at = to + 4 * index;
    storeLanes(at, v128.mul<f32>(v128.load(at), factor), count - index);
  }
}
