import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Tensor } from "@samoyed/core";
import { expect } from "vitest";

/** Path of a file that tools/oracle/fixtures_runtime.py wrote. */
export function fixture(name: string): string {
  return fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));
}

/** Outputs of ONNX's reference evaluator for `ramp([batch, 3, 8, 8])`. */
export function answers(batch: 1 | 2): Record<string, { shape: number[]; data: number[] }> {
  return JSON.parse(readFileSync(fixture(`answers-${batch}.json`), "utf8"));
}

/** sin(0, 1, 2, …) in float32. */
export function ramp(shape: readonly number[]): Tensor<"float32"> {
  const data = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, index) => Math.sin(index));
  return { dtype: "float32", shape, data };
}

/**
 * Compares values of magnitude up to 10 that two float32 programs summed in different orders, 27 products each: 1e-5 is
 * 10 units in the last place, and the smallest change to a weight moves them by far more.
 */
export function expectClose(actual: Tensor | undefined, wanted: { shape: number[]; data: number[] } | undefined): void {
  expect(actual?.dtype).toBe("float32");
  expect(actual?.shape).toEqual(wanted?.shape);
  const data = Array.from(actual?.data as Float32Array);
  expect(data.length).toBe(wanted?.data.length);
  for (const [index, value] of data.entries()) {
    expect(Math.abs(value - wanted!.data[index]!), `element ${index}`).toBeLessThan(1e-5);
  }
}
