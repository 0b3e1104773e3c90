import { lazyTensor, UnsupportedError } from "@samoyed/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { quantizationOf, quantize } from "./quantize.ts";

const tensor = lazyTensor("w", { dtype: "float32", shape: [0], data: new Float32Array(0) });
const floats = fc.array(fc.float({ noNaN: true, noDefaultInfinity: true, min: -1000, max: 1000 }), { minLength: 1 });

test("values come back within half a step, and zero exactly", () => {
  fc.assert(
    fc.property(floats, fc.constantFrom("uint8" as const, "uint16" as const), (values, dtype) => {
      const array = Float32Array.from([...values, 0]);
      const quantization = quantizationOf(array, dtype, tensor);
      // As TensorFlow.js's loader computes it, before it rounds to float32.
      const back = Array.from(
        quantize(array, quantization, dtype),
        (stored) => stored * quantization.scale + quantization.min,
      );
      for (const [index, value] of array.entries()) {
        expect(Math.abs(back[index]! - value)).toBeLessThanOrEqual(quantization.scale * 1.0001);
      }
      expect(back.at(-1)).toBe(0);
    }),
  );
});

test("a tensor of zeros, and one of a single value", () => {
  expect(quantizationOf(new Float32Array(3), "uint8", tensor)).toEqual({ scale: 1, min: 0 });
  const quantization = quantizationOf(Float32Array.of(5, 5), "uint8", tensor);
  const [stored] = quantize(Float32Array.of(5), quantization, "uint8");
  expect(stored! * quantization.scale + quantization.min).toBeCloseTo(5, 12);
});

test.each([NaN, Infinity, -Infinity])("%s is refused", (value) => {
  expect(() => quantizationOf(Float32Array.of(1, value), "uint8", tensor)).toThrow(UnsupportedError);
});
