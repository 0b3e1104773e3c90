import { expect, test } from "vitest";
import { narrowWeights } from "./narrow-weights.ts";

test("rounds to nearest, and keeps infinities", () => {
  expect([...narrowWeights(Float32Array.of(1, -2, Infinity), "w")]).toEqual([0x3c00, 0xc000, 0x7c00]);
  expect([...narrowWeights(Float32Array.of(65_519), "w")]).toEqual([0x7bff]);
});

test("refuses a finite value that would become infinite", () => {
  expect(() => narrowWeights(Float32Array.of(1, 65_520), "w")).toThrow(
    `weight "w" contains 65520, beyond float16's largest, 65504`,
  );
});
