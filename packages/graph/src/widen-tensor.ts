import { type DType, type Tensor, toFloat32 } from "@samoyed/core";

const SMALL_FLOATS: ReadonlySet<DType> = new Set<DType>(["float16", "bfloat16", "float8_e4m3fn", "float8_e5m2"]);

/** A tensor as float32 if it has floats of fewer bits: the rules of shapes, which a page downloads, do without such casts. */
export function widenTensor(tensor: Tensor): Tensor {
  if (!SMALL_FLOATS.has(tensor.dtype)) return tensor;
  return { dtype: "float32", shape: tensor.shape, data: toFloat32(tensor) };
}
