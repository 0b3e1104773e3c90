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

test("integers are those of Math.round, at halves and beyond both ends too", () => {
  const halves = fc.array(fc.integer({ min: -4, max: 140_000 }).map((twice) => twice / 2));
  fc.assert(
    fc.property(halves, floats, fc.constantFrom("uint8" as const, "uint16" as const), (exact, others, dtype) => {
      for (const [list, scale] of [[exact, 1] as const, [others, 0.37] as const]) {
        for (const min of [0, -3 * scale]) {
          const values = Float32Array.from(list);
          const zero = Math.round(-min / scale);
          const largest = dtype === "uint8" ? 255 : 65535;
          const wanted = Array.from(values, (x) => Math.min(largest, Math.max(0, Math.round(x / scale + zero))));
          expect(Array.from(quantize(values, { scale, min }, dtype))).toEqual(wanted.map((x) => x + 0));
        }
      }
    }),
  );
  // The double before one half, to which adding one half gives one.
  const values = Float32Array.of(3);
  const scale = 6.000000000000001;
  expect(values[0]! / scale).toBe(0.49999999999999994);
  expect(Array.from(quantize(values, { scale, min: 0 }, "uint8"))).toEqual([0]);
});

test("a tensor of zeros, and one of a single value", () => {
  expect(quantizationOf(new Float32Array(3), "uint8", tensor)).toEqual({ scale: 1, min: 0 });
  const quantization = quantizationOf(Float32Array.of(5, 5), "uint8", tensor);
  const [stored] = quantize(Float32Array.of(5), quantization, "uint8");
  expect(stored! * quantization.scale + quantization.min).toBeCloseTo(5, 12);
});

test.each([NaN, Infinity, -Infinity])("%s is refused", (value) => {
  for (const values of [
    [1, value],
    [value, 1],
    [value, value],
  ]) {
    const quantization = (): unknown => quantizationOf(Float32Array.from(values), "uint8", tensor);
    expect(quantization).toThrow(UnsupportedError);
    expect(quantization).toThrow(`weight "w" holds ${value}, which uint8 cannot stand for`);
  }
});
