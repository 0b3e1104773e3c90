/** accumulator + left · right; with relaxed SIMD the engine rounds once where it can. */
// @ts-ignore: decorator
@inline
export function multiplyAdd(accumulator: v128, left: v128, right: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return v128.relaxed_madd<f32>(left, right, accumulator);
  return v128.add<f32>(accumulator, v128.mul<f32>(left, right));
}
