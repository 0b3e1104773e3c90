import { describe, expect, test } from "vitest";
import { InternalError } from "../errors.ts";
import { castLazy, lazyTensor, renameLazy, reshapeLazy } from "./lazy-tensor.ts";
import { readGrid, requireMultiples } from "./grid.ts";
import type { LazyTensor, QuantizedForm } from "./tensor.ts";

const floats = (...values: readonly number[]): LazyTensor =>
  lazyTensor("scales", { dtype: "float32", shape: [values.length], data: Float32Array.from(values) });
const zeros = (...values: readonly number[]): LazyTensor =>
  lazyTensor("zeros", { dtype: "uint8", shape: [values.length], data: Uint8Array.from(values) });

function weight(form: Partial<QuantizedForm>): LazyTensor {
  const data = Float32Array.from({ length: 6 }, (_, i) => i);
  const quantized: QuantizedForm = { range: [-128, 127], scales: floats(0.5), zeros: undefined, axis: 0, ...form };
  return { ...lazyTensor("w", { dtype: "float32", shape: [2, 3], data }), quantized };
}

describe("the grid of a weight", () => {
  test.each<[string, Partial<QuantizedForm>, object]>([
    ["symmetric", {}, { least: -128, most: 127 }],
    ["uint8 about a zero point", { range: [0, 255], zeros: zeros(100) }, { least: -100, most: 155 }],
    ["zero points that are all the same", { range: [0, 255], zeros: zeros(128, 128) }, { least: -128, most: 127 }],
    ["a scale for each column", { scales: floats(1, 2, 3), axis: 1 }, { scales: Float32Array.of(1, 2, 3), axis: 1 }],
  ])("%s", async (_, form, expected) => {
    expect(await readGrid(weight(form))).toMatchObject(expected);
  });

  test.each<[string, Partial<QuantizedForm>]>([
    ["zero points of each row", { range: [0, 255], zeros: zeros(1, 2) }],
    ["a scale that is too small for its multiples", { scales: floats(2 ** -127) }],
    ["a negative scale, which makes zeros negative", { scales: floats(0.5, -0.5) }],
    ["a scale that is no number", { scales: floats(NaN) }],
  ])("none: %s", async (_, form) => {
    expect(await readGrid(weight(form))).toBeUndefined();
  });

  test("none: a weight that is not quantized", async () => {
    expect(await readGrid(floats(1))).toBeUndefined();
  });
});

test("a new name keeps the form, a new shape only one scale for all, another type drops it", () => {
  expect(renameLazy(weight({}), "v").quantized).toBeDefined();
  expect(reshapeLazy(weight({}), [6]).quantized).toBeDefined();
  expect(reshapeLazy(weight({ scales: floats(1, 2) }), [6]).quantized).toBeUndefined();
  expect(castLazy(weight({}), "float16").quantized).toBeUndefined();
});

test("values that are no multiples after all are a fault of ours", () => {
  const scale = Math.fround(0.1);
  const values = Float32Array.from({ length: 256 }, (_, i) => (i - 128) * scale);
  requireMultiples(values, scale, "w");
  values[7] = 0.05;
  expect(() => requireMultiples(values, scale, "w")).toThrow(InternalError);
  expect(() => requireMultiples(Float32Array.of(NaN), scale, "w")).toThrow('weight "w" holds NaN');
});
