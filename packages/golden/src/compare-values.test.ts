import type { Tensor } from "@samoyed/core";
import { expect, test } from "vitest";
import { compareValues } from "./compare-values.ts";
import { TOLERANCES } from "./tolerance.ts";

const noise = { max: 1e-6, rms: 5e-7 };
const want: Tensor<"float64"> = { dtype: "float64", shape: [2, 2], data: Float64Array.of(1, -2, 3, Infinity) };
const compare = (values: readonly number[], shape: readonly number[] = [2, 2]) =>
  compareValues(
    { dtype: "float32", shape, data: Float32Array.from(values) },
    { name: "boxes", reference: { kind: "interpreted", values: want, noise }, policy: TOLERANCES.float32 },
  );
const failed = (values: readonly number[]) =>
  compare(values).checks.flatMap(({ name, status }) => (status === "failed" ? [name] : []));

test("equal values pass; each gate fails above its limit", () => {
  expect(compare([1, -2, 3, Infinity]).checks.map(({ status }) => status)).toEqual(["passed", "passed"]);
  expect(compare([1, -2, 3, Infinity])).toMatchObject({ maxAbs: 0, rms: 0 });
  expect(failed([1, -2, 3.00002, Infinity])).toEqual(["max", "rms"]);
  expect(compare([1, -2, 3.00002, Infinity]).worst).toBe(2);
});

test("what is not finite equals only the same infinity", () => {
  expect(failed([1, -2, 3, -Infinity])).toEqual(["finite"]);
  expect(failed([1, -2, 3, 9])).toEqual(["finite"]);
  expect(failed([Number.NaN, -2, 3, Infinity])).toEqual(["finite"]);
});

test("another shape or type is a failure", () => {
  expect(compare([1, -2, 3, Infinity], [4]).checks).toMatchObject([{ name: "outputs", status: "failed" }]);
});

test("integers are compared for equality", () => {
  const values: Tensor = { dtype: "int64", shape: [2], data: BigInt64Array.of(4n, 7n) };
  const reference = { kind: "recorded" as const, values, noise };
  const options = { name: "class", reference, policy: TOLERANCES.float32 };
  expect(compareValues(values, options).checks).toMatchObject([{ status: "passed" }]);
  const other = { ...values, data: BigInt64Array.of(4n, 8n) };
  const [check] = compareValues(other, options).checks;
  expect(check).toMatchObject({ status: "failed" });
  expect(check!.message).toContain("element 1 is 8, PyTorch gives 7");
});
