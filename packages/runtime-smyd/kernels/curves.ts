/**
 * Functions of two float64, good to about 1e-9 of the result: float32's last place is 6e-8. Small arguments are where
 * formulas cancel; there the function is the first terms of its series.
 */
import { exp, log, term } from "./float64";
import {
  MAP_ACOS,
  MAP_ACOSH,
  MAP_ASIN,
  MAP_ASINH,
  MAP_ATAN,
  MAP_ATANH,
  MAP_COS,
  MAP_COSH,
  MAP_EXP,
  MAP_SIN,
  MAP_SINH,
  MAP_TAN,
} from "../src/wasm/program/fields";

/** Below this, a third-order term is less than 1e-8 of the first. */
// @ts-ignore: decorator
@inline
function isSmall(x: v128): v128 {
  return v128.lt<f64>(v128.abs<f64>(x), f64x2.splat(1 / 8192.0));
}

/** e^x - 1. */
export function expm1(x: v128): v128 {
  const short = v128.add<f64>(x, v128.mul<f64>(v128.mul<f64>(x, x), f64x2.splat(0.5)));
  return v128.bitselect(short, v128.sub<f64>(exp(x), f64x2.splat(1)), isSmall(x));
}

/** ln (1 + x). */
export function log1p(x: v128): v128 {
  const short = v128.sub<f64>(x, v128.mul<f64>(v128.mul<f64>(x, x), f64x2.splat(0.5)));
  return v128.bitselect(short, log(v128.add<f64>(x, f64x2.splat(1))), isSmall(x));
}

/** One function by number. Exponential and logarithm are each in one place, because they become part of it. */
export function curve(operator: i32, x: v128): v128 {
  const one = f64x2.splat(1);
  switch (operator) {
    case MAP_EXP:
    case MAP_SINH:
    case MAP_COSH:
      return exponential(operator, x);
    case MAP_SIN:
      return sine(x, 0);
    case MAP_COS:
      return sine(x, 1);
    case MAP_TAN:
      return v128.div<f64>(sine(x, 0), sine(x, 1));
    case MAP_ASIN:
      return arctangent(v128.div<f64>(x, v128.sqrt<f64>(v128.mul<f64>(v128.sub<f64>(one, x), v128.add<f64>(one, x)))));
    case MAP_ACOS: {
      const angle = arctangent(v128.sqrt<f64>(v128.div<f64>(v128.sub<f64>(one, x), v128.add<f64>(one, x))));
      return v128.add<f64>(angle, angle);
    }
    case MAP_ATAN:
      return arctangent(x);
    default:
      return logarithm(operator, x);
  }
}

/** e^x, and hyperbolic sine and cosine. */
function exponential(operator: i32, x: v128): v128 {
  const up = exp(x);
  if (operator == MAP_EXP) return up;
  const half = v128.mul<f64>(up, f64x2.splat(0.5));
  const down = v128.div<f64>(f64x2.splat(0.5), up);
  if (operator == MAP_COSH) return v128.add<f64>(half, down);
  return v128.bitselect(x, v128.sub<f64>(half, down), isSmall(x));
}

/** ln x, and the inverses of the hyperbolic functions. */
function logarithm(operator: i32, x: v128): v128 {
  const one = f64x2.splat(1);
  let argument = x;
  if (operator == MAP_ASINH) {
    argument = v128.add<f64>(v128.abs<f64>(x), v128.sqrt<f64>(v128.add<f64>(v128.mul<f64>(x, x), one)));
  } else if (operator == MAP_ACOSH) {
    argument = v128.add<f64>(x, v128.sqrt<f64>(v128.sub<f64>(v128.mul<f64>(x, x), one)));
  } else if (operator == MAP_ATANH) {
    argument = v128.div<f64>(v128.add<f64>(one, x), v128.sub<f64>(one, x));
  }
  const found = log(argument);
  if (operator == MAP_ASINH) return v128.bitselect(x, withSign(found, x), isSmall(x));
  if (operator == MAP_ATANH) return v128.bitselect(x, v128.mul<f64>(f64x2.splat(0.5), found), isSmall(x));
  return found;
}

/** A magnitude with the sign of another number. */
function withSign(size: v128, x: v128): v128 {
  return v128.bitselect(x, size, i64x2.splat(i64.MIN_VALUE));
}

/**
 * sin (x + quadrants · π/2). x = n · π/2 + r with |r| <= π/4, π/2 in three parts of which the first two have 33 bits:
 * n times each is exact up to |x| = 1.6e6; from there on r is off by up to 1e-16 · |x|. Beyond 1e9 that is more than
 * float32's last place, and the result is NaN.
 */
function sine(x: v128, quadrants: i64): v128 {
  const shifted = v128.add<f64>(v128.mul<f64>(x, f64x2.splat(2 / Math.PI)), f64x2.splat(6755399441055744));
  const n = v128.sub<f64>(shifted, f64x2.splat(6755399441055744));
  let r = v128.sub<f64>(x, v128.mul<f64>(n, f64x2.splat(1.57079632673412561417)));
  r = v128.sub<f64>(r, v128.mul<f64>(n, f64x2.splat(6.07710050630396597660e-11)));
  r = v128.sub<f64>(r, v128.mul<f64>(n, f64x2.splat(2.02226624879595063154e-21)));
  const square = v128.mul<f64>(r, r);
  let odd = f64x2.splat(-1 / 39916800.0);
  odd = term(odd, square, 1 / 362880.0);
  odd = term(odd, square, -1 / 5040.0);
  odd = term(odd, square, 1 / 120.0);
  odd = term(odd, square, -1 / 6.0);
  odd = v128.mul<f64>(r, term(odd, square, 1));
  let even = f64x2.splat(1 / 479001600.0);
  even = term(even, square, -1 / 3628800.0);
  even = term(even, square, 1 / 40320.0);
  even = term(even, square, -1 / 720.0);
  even = term(even, square, 1 / 24.0);
  even = term(even, square, -0.5);
  even = term(even, square, 1);
  const quadrant = v128.add<i64>(shifted, i64x2.splat(quadrants));
  const isEven = v128.sub<i64>(i64x2.splat(0), v128.and(quadrant, i64x2.splat(1)));
  const sign = v128.shl<i64>(v128.and(quadrant, i64x2.splat(2)), 62);
  const found = v128.xor(v128.bitselect(even, odd, isEven), sign);
  return v128.bitselect(found, f64x2.splat(NaN), v128.lt<f64>(v128.abs<f64>(x), f64x2.splat(1e9)));
}

/** By 1/x where |x| > 1, and by half of the angle, twice: Taylor's series then begins at no more than 0.2. */
function arctangent(x: v128): v128 {
  const one = f64x2.splat(1);
  const size = v128.abs<f64>(x);
  const isLarge = v128.gt<f64>(size, one);
  let t = v128.bitselect(v128.div<f64>(one, size), size, isLarge);
  for (let halving = 0; halving < 2; halving++) {
    t = v128.div<f64>(t, v128.add<f64>(one, v128.sqrt<f64>(v128.add<f64>(one, v128.mul<f64>(t, t)))));
  }
  const square = v128.mul<f64>(t, t);
  let p = f64x2.splat(0);
  let sign: f64 = 4;
  for (let odd: f64 = 13; odd >= 1; odd -= 2, sign = -sign) p = term(p, square, sign / odd);
  p = v128.mul<f64>(p, t);
  return withSign(v128.bitselect(v128.sub<f64>(f64x2.splat(Math.PI / 2), p), p, isLarge), x);
}
