import { expect, test } from "vitest";
// @ts-expect-error a plain script
import { fuzzTarget } from "../fuzz/fuzz-target.mjs";

test.each(["npy", "safetensors", "tfjs", "run-smyd"])("mutants of %s are read or refused", async (name) => {
  const { mutants, read, refused, findings } = await fuzzTarget(name, { from: 0, to: 40, seconds: 300 });
  expect(findings).toEqual([]);
  expect([mutants, read + refused]).toEqual([40, 40]);
  expect(refused).toBeGreaterThan(0);
});
