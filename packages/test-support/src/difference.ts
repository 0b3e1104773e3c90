import { formatShape, sameShape, type Tensor, toFloat32 } from "@samoyed/core";

/**
 * Describes the first difference between two tensors; `undefined` if there is none. Like numpy's `assert_allclose`:
 * |actual - expected| <= atol + rtol * |expected|, NaN equal to NaN, infinities equal to themselves.
 */
export function difference(
  actual: Tensor,
  expected: Tensor,
  { rtol, atol }: { rtol: number; atol: number },
): string | undefined {
  if (actual.dtype !== expected.dtype || !sameShape(actual.shape, expected.shape)) {
    return `${actual.dtype}${formatShape(actual.shape)}; expected ${expected.dtype}${formatShape(expected.shape)}`;
  }
  const a = numbers(actual);
  const b = numbers(expected);
  for (let index = 0; index < a.length; index++) {
    const x = Number(a[index]);
    const y = Number(b[index]);
    if (Object.is(x, y) || a[index] === b[index]) continue;
    // Not "is greater": a NaN on one side only must count as a difference.
    if (!(Math.abs(x - y) <= atol + rtol * Math.abs(y)) || !Number.isFinite(y)) {
      return `element ${index} of ${a.length}: ${x}; expected ${y}`;
    }
  }
  return undefined;
}

function numbers(tensor: Tensor): ArrayLike<number | bigint> {
  switch (tensor.dtype) {
    case "float16":
    case "bfloat16":
    case "float8_e4m3fn":
    case "float8_e5m2":
      return toFloat32(tensor);
    default:
      return tensor.data;
  }
}
