import { lazyTensor, type Tensor } from "@samoyed/core";
import { expect, test } from "vitest";
import { constantDims, knownTensor, MAX_KNOWN_ELEMENTS } from "./known.ts";

function int64(values: readonly number[], shape: readonly number[] = [values.length]): Tensor<"int64"> {
  return { dtype: "int64", shape, data: BigInt64Array.from(values, BigInt) };
}

test("the elements of a small tensor in memory are known, those of a weight are not", () => {
  expect(constantDims(lazyTensor("shape", int64([2, -1])))).toEqual([2, -1]);
  expect(constantDims(lazyTensor("axis", int64([3], [])))).toEqual([3]);
  expect(
    constantDims(lazyTensor("floats", { dtype: "float32", shape: [1], data: Float32Array.of(1) })),
  ).toBeUndefined();
  expect(constantDims(lazyTensor("matrix", int64([1, 2], [1, 2])))).toBeUndefined();
  const weight = lazyTensor("weight", int64(Array.from({ length: MAX_KNOWN_ELEMENTS + 1 }, () => 1)));
  expect(knownTensor(weight)).toBeUndefined();
});

test("a wrapper that kept its source's elements but has another type or shape is ignored", () => {
  const lazy = lazyTensor("shape", int64([2, 3]));
  expect(knownTensor({ ...lazy, dtype: "uint64" })).toBeUndefined();
  expect(knownTensor({ ...lazy, shape: [2, 1] })).toBeUndefined();
  expect(knownTensor(lazy)).toBe(lazy.tensor);
});
