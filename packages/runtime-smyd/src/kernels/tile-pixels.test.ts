import { expect, test } from "vitest";
import { tilePixels } from "./tile-pixels.ts";

test.each([
  ["plain", null, 4],
  ["plain", "13.6.233.17-node.35", 4],
  ["relaxed", null, 6],
  ["relaxed", "11.3.244.8-node.38", 4],
  ["relaxed", "12.4.254.21-node.33", 6],
] as const)("%s SIMD, V8 %s: %d pixels", (simd, v8, pixels) => {
  expect(tilePixels(simd, v8)).toBe(pixels);
});
