import {
  bytesToTensor,
  type DType,
  elementCount,
  lazyTensor,
  type LazyTensor,
  type Shape,
  type Tensor,
  tensorByteLength,
} from "@samoyed/core";

/** Seeded numbers in [-1, 1): a linear congruential generator (Numerical Recipes' constants). */
export function numbers(count: number, seed: number): Float32Array {
  let state = seed >>> 0;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

/** A float32 tensor of seeded numbers in [-1, 1). */
export function noise(shape: Shape, seed: number): Tensor<"float32"> {
  return { dtype: "float32", shape, data: numbers(elementCount(shape), seed * 2_654_435_761 + 12_345) };
}

/** Values in [-1, 1] that differ from place to place: a sine. */
export function wave(shape: Shape, phase = 0): Tensor<"float32"> {
  const data = Float32Array.from({ length: elementCount(shape) }, (_, i) => Math.sin(i * 1.7 + phase));
  return { dtype: "float32", shape, data };
}

/**
 * The same values in steps of `2^-bits`. Float32 holds sums of their products exactly, so that no order of summation
 * rounds: with 5 and 10 bits those of 512 products, with 5 and 5 those of 16,384.
 */
export function dyadicWave(shape: Shape, phase = 0, bits = 5): Tensor<"float32"> {
  const { data, ...rest } = wave(shape, phase);
  return { ...rest, data: data.map((value) => Math.round(value * 2 ** bits) / 2 ** bits) };
}

/** A float32 weight of seeded numbers. */
export function weight(
  name: string,
  shape: Shape,
  { seed = 1, scale = 1 }: { readonly seed?: number; readonly scale?: number } = {},
): LazyTensor {
  const data = numbers(elementCount(shape), seed).map((value) => value * scale);
  return lazyTensor(name, { dtype: "float32", shape, data });
}

/** A tensor of any dtype over bytes that are valid in it. */
export function anyTensor(name: string, dtype: DType, shape: Shape): LazyTensor {
  const bytes = new Uint8Array(tensorByteLength(dtype, shape)).map((_, index) =>
    dtype === "bool" ? index % 2 : (index * 37 + 11) % 64,
  );
  return lazyTensor(name, bytesToTensor(bytes, dtype, shape));
}
