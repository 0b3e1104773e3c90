import { expect, test } from "vitest";
import { difference } from "./difference.ts";

test("the comparison can fail", () => {
  const limits = { rtol: 1e-3, atol: 1e-7 };
  const tensor = (...values: number[]): Parameters<typeof difference>[0] => ({
    dtype: "float32",
    shape: [values.length],
    data: Float32Array.from(values),
  });
  expect(difference(tensor(1, NaN, Infinity, 0), tensor(1.0009, NaN, Infinity, 1e-8), limits)).toBeUndefined();
  expect(difference(tensor(1), tensor(1.0011), limits)).toMatch("element 0 of 1: 1; expected 1.001");
  expect(difference(tensor(0), tensor(2e-7), limits)).toMatch("element 0");
  expect(difference(tensor(NaN), tensor(0), limits)).toMatch("NaN; expected 0");
  expect(difference(tensor(0), tensor(NaN), limits)).toMatch("0; expected NaN");
  expect(difference(tensor(1), tensor(Infinity), limits)).toMatch("1; expected Infinity");
  expect(difference(tensor(-Infinity), tensor(Infinity), limits)).toMatch("-Infinity; expected Infinity");
  expect(difference(tensor(1, 2), tensor(1), limits)).toBe("float32[2]; expected float32[1]");
  expect(difference({ ...tensor(1), dtype: "float64" } as ReturnType<typeof tensor>, tensor(1), limits)).toBe(
    "float64[1]; expected float32[1]",
  );
});
