import { exp, log } from "./float64";

export function powers(base: v128, exponent: v128): v128 {
  return f32x4(
    power(v128.extract_lane<f32>(base, 0), v128.extract_lane<f32>(exponent, 0)),
    power(v128.extract_lane<f32>(base, 1), v128.extract_lane<f32>(exponent, 1)),
    power(v128.extract_lane<f32>(base, 2), v128.extract_lane<f32>(exponent, 2)),
    power(v128.extract_lane<f32>(base, 3), v128.extract_lane<f32>(exponent, 3)),
  );
}

/** base^exponent with the special cases of IEEE 754's pow that e^(y ln x) does not give by itself. */
function power(base: f32, exponent: f32): f32 {
  if (exponent == 0 || base == 1) return 1;
  if (base != base || exponent != exponent) return NaN;
  const size = abs(base);
  const whole = nearest(exponent) == exponent;
  const odd = whole && abs(exponent) < 16777216 && (<i32>exponent & 1) != 0;
  if (base < 0 && size != Infinity && !whole) return NaN;
  let result: f32;
  if (size == 1) {
    result = 1;
  } else if (size == 0 || size == Infinity || abs(exponent) == Infinity) {
    result = size > 1 == exponent > 0 ? Infinity : 0;
  } else {
    const raised = exp(v128.mul<f64>(f64x2.splat(exponent), log(f64x2.splat(size))));
    result = <f32>v128.extract_lane<f64>(raised, 0);
  }
  return odd ? copysign(result, base) : result;
}
