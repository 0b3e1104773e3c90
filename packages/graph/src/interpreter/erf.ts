/**
 * The error function, to about 1e-15: erf(x) = (2/√π) e^(−x²) Σ 2ⁿ x^(2n+1) / (2n+1)!! (DLMF 7.6.2).
 *
 * Every term has the same sign, so nothing cancels; beyond |x| = 6 the result is ±1 to the last bit of a double.
 */
export function erf(x: number): number {
  if (Number.isNaN(x)) return x;
  if (Math.abs(x) >= 6) return Math.sign(x);
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > Math.abs(sum) * 2 ** -54; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

/**
 * 1 − erf(x) without cancellation, to about 1e-14 of its value: from x = 2 on by the continued fraction
 * √π e^(x²) erfc(x) = 1 / (x + ½ / (x + 1 / (x + 3/2 / (x + …)))) (DLMF 7.9.4), sixty levels deep.
 */
export function erfc(x: number): number {
  if (!(x >= 2)) return 1 - erf(x);
  let fraction = x;
  for (let level = 60; level >= 1; level--) fraction = x + level / 2 / fraction;
  return Math.exp(-x * x) / (Math.sqrt(Math.PI) * fraction);
}
