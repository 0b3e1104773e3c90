import { MismatchError } from "@samoyed/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { softmax } from "./softmax.ts";
import { topClasses } from "./top-classes.ts";

test("sums to one, however large the logits", () => {
  const logits = fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 50 });
  fc.assert(
    fc.property(logits, (values) => {
      const probabilities = softmax(Float32Array.from(values));
      expect(probabilities.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 10);
      for (const p of probabilities) expect(p >= 0 && p <= 1).toBe(true);
    }),
  );
});

test("does not change when every logit is shifted", () => {
  const logits = [1, 2, 3];
  expect([...softmax(logits.map((x) => x + 1024))]).toEqual([...softmax(logits)]);
});

test("is computed in float64", () => {
  expect(softmax(Float32Array.of(0, 1))[1]).toBe(1 / (1 + Math.exp(-1)));
});

test("-Infinity has probability 0; NaN, +Infinity and no logits are errors", () => {
  expect([...softmax([0, -Infinity])]).toEqual([1, 0]);
  for (const bad of [[0, Number.NaN], [Infinity, 0], [-Infinity, -Infinity], []]) {
    expect(() => softmax(bad)).toThrow(MismatchError);
  }
});

test("equal probabilities come in class order", () => {
  const top = topClasses(Float64Array.of(0.25, 0.25, 0.25, 0.25), { top: 3 });
  expect(top.map(({ label }) => label)).toEqual(["class 0", "class 1", "class 2"]);
});
