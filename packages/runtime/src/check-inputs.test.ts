import { ShapeError, type Tensor } from "@samoyed/core";
import { expect, test } from "vitest";
import type { Port } from "./backend.ts";
import { checkInputs } from "./check-inputs.ts";

const ports: Port[] = [
  { name: "a", dtype: "float32", shape: ["N", 2] },
  { name: "b", dtype: "int64", shape: ["N", "?"] },
];
const a: Tensor = { dtype: "float32", shape: [3, 2], data: new Float32Array(6) };
const b: Tensor = { dtype: "int64", shape: [3, 9], data: new BigInt64Array(27) };

test("accepts matching inputs", () => {
  checkInputs({ a, b }, ports);
  checkInputs(
    { a: { ...a, shape: [1, 2], data: new Float32Array(2) }, b: { ...b, shape: [1, 1], data: new BigInt64Array(1) } },
    ports,
  );
  checkInputs({}, []);
});

test("a symbolic size is the same everywhere, at least 1", () => {
  const other: Tensor = { ...b, shape: [2, 9], data: new BigInt64Array(18) };
  expect(() => checkInputs({ a, b: other }, ports)).toThrow(/"b" is int64 \[2, 9\]; expected int64 \[N, \?\]/);
  const empty: Tensor = { ...a, shape: [0, 2], data: new Float32Array(0) };
  expect(() => checkInputs({ a: empty, b }, ports)).toThrow(ShapeError);
});

test("names of Object.prototype are not inputs", () => {
  expect(() => checkInputs({ a, b, toString: a } as never, ports)).toThrow(/no input "toString"/);
  expect(() => checkInputs({}, [{ name: "constructor", dtype: "float32", shape: [] }])).toThrow(
    /"constructor" is missing/,
  );
});
