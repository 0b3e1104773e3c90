/**
 * Exponential, logarithm and error function in float64, two at a time: good to 1e-9 or better, a hundredth of float32's
 * last place. Own formulas, because a library's tables would need a place in memory.
 */

/** One step of Horner's scheme: sum · x + coefficient. */
// @ts-ignore: decorator
@inline
export function term(sum: v128, x: v128, coefficient: f64): v128 {
  return v128.add<f64>(v128.mul<f64>(sum, x), f64x2.splat(coefficient));
}

/**
 * e^x = 2^n · e^r with |r| <= ln 2 / 2, by Taylor's series to r^10. Arguments are clipped to ±708, beyond which even
 * float64 ends.
 */
export function exp(x: v128): v128 {
  x = v128.pmin<f64>(v128.pmax<f64>(x, f64x2.splat(-708)), f64x2.splat(708));
  // Adding 1.5 · 2^52 rounds to an integer and leaves it in the low bits.
  const shifted = v128.add<f64>(v128.mul<f64>(x, f64x2.splat(Math.LOG2E)), f64x2.splat(6755399441055744));
  const n = v128.sub<f64>(shifted, f64x2.splat(6755399441055744));
  const r = v128.sub<f64>(x, v128.mul<f64>(n, f64x2.splat(Math.LN2)));
  let p = f64x2.splat(1 / 3628800.0);
  p = term(p, r, 1 / 362880.0);
  p = term(p, r, 1 / 40320.0);
  p = term(p, r, 1 / 5040.0);
  p = term(p, r, 1 / 720.0);
  p = term(p, r, 1 / 120.0);
  p = term(p, r, 1 / 24.0);
  p = term(p, r, 1 / 6.0);
  p = term(p, r, 0.5);
  p = term(p, r, 1);
  p = term(p, r, 1);
  return v128.add<i64>(p, v128.shl<i64>(shifted, 52));
}

/**
 * erf x = x · P(x²) for |x| < 4, P a Chebyshev series of degree 18 in u = x² / 8 - 1 (fitted with numpy's chebfit, off
 * by at most 5e-10); from there on ±1, which float32 cannot tell from erf.
 */
export function erf(x: v128): v128 {
  x = v128.pmin<f64>(v128.pmax<f64>(x, f64x2.splat(-4)), f64x2.splat(4));
  const u = v128.sub<f64>(v128.mul<f64>(v128.mul<f64>(x, x), f64x2.splat(0.125)), f64x2.splat(1));
  let p = f64x2.splat(9.73520025544e-05);
  p = term(p, u, -0.000246708823803);
  p = term(p, u, 0.00015834106381);
  p = term(p, u, -0.000324302590322);
  p = term(p, u, 0.00143801823212);
  p = term(p, u, -0.00291183897599);
  p = term(p, u, 0.00474682941362);
  p = term(p, u, -0.00838207416751);
  p = term(p, u, 0.014397568192);
  p = term(p, u, -0.0225635976862);
  p = term(p, u, 0.0330475857978);
  p = term(p, u, -0.0457440017364);
  p = term(p, u, 0.0598889354444);
  p = term(p, u, -0.0747305360976);
  p = term(p, u, 0.0902088340492);
  p = term(p, u, -0.107710289379);
  p = term(p, u, 0.13167512178);
  p = term(p, u, -0.176576235873);
  p = term(p, u, 0.353530995619);
  return v128.mul<f64>(x, p);
}

/**
 * The natural logarithm: 2^e · m with √½ <= m < √2, and ln m = 2 (s + s³/3 + s⁵/5 + …) with s = (m - 1) / (m + 1).
 */
export function log(x: v128): v128 {
  const exponent = v128.shr<i64>(v128.sub<i64>(x, i64x2.splat(0x3fe6a09e667f3bcd)), 52);
  const m = v128.sub<i64>(x, v128.shl<i64>(exponent, 52));
  const one = f64x2.splat(1);
  const s = v128.div<f64>(v128.sub<f64>(m, one), v128.add<f64>(m, one));
  const square = v128.mul<f64>(s, s);
  let p = f64x2.splat(0);
  for (let odd: f64 = 17; odd >= 1; odd -= 2) p = term(p, square, 2 / odd);
  // The bits of 1.5 · 2^52 plus an integer are those of their sum.
  const e = v128.sub<f64>(v128.add<i64>(exponent, i64x2.splat(0x4338000000000000)), f64x2.splat(6755399441055744));
  p = v128.add<f64>(v128.mul<f64>(e, f64x2.splat(Math.LN2)), v128.mul<f64>(s, p));
  p = v128.bitselect(p, x, v128.lt<f64>(x, f64x2.splat(Infinity)));
  // -1 / √x is what is left: -∞ of either 0, NaN of the rest.
  const left = v128.div<f64>(f64x2.splat(-1), v128.sqrt<f64>(v128.add<f64>(x, f64x2.splat(0))));
  return v128.bitselect(p, left, v128.gt<f64>(x, f64x2.splat(0)));
}
